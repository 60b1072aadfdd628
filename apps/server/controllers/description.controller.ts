import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';

import { Needs } from '../access/access.ts';
import { Answers } from '../answers/answers.ts';

/** What describes every route of the API. */
export abstract class ApiDescription {
  /** An OpenAPI document. */
  abstract document(): object;
}

@ApiTags('overview')
@Controller('api/v1')
export class DescriptionController {
  readonly #description: ApiDescription;

  constructor(@Inject(ApiDescription) description: ApiDescription) {
    this.#description = description;
  }

  @Get('openapi.json')
  @Needs('session.own')
  @Answers('description')
  @ApiOperation({ summary: 'This description' })
  document(): object {
    return this.#description.document();
  }
}
