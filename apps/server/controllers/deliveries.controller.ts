import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { scopeOf } from '#libs/auth';
import type { Principal } from '#libs/model';
import { Outbox, type Delivery } from '#libs/notify';
import type { DeliveryView, ListView } from '#libs/protocol';

import { Needs, Who } from '../access/access.ts';
import { Answers } from '../answers/answers.ts';
import { defined } from '../http/defined.ts';
import { pageShape } from './paging.ts';

const deliveriesQuery = z.object({
  ...pageShape,
  incident: z.string().max(32).optional(),
  state: z.enum(['waiting', 'sent', 'failed', 'late', 'covered']).optional(),
});

@ApiTags('notifications')
@Controller('api/v1/deliveries')
export class DeliveriesController {
  readonly #outbox: Outbox;

  constructor(@Inject(Outbox) outbox: Outbox) {
    this.#outbox = outbox;
  }

  @Get()
  @Needs('deliveries.read')
  @Answers('DeliveryList')
  @ApiOperation({ summary: 'Who was told of what and how it went, newest first' })
  async list(
    @Query({ schema: deliveriesQuery }) asked: z.output<typeof deliveriesQuery>,
    @Who() who: Principal,
  ): Promise<ListView<DeliveryView>> {
    const { limit, ...rest } = asked;
    const page = await this.#outbox.list({ scope: scopeOf(who), limit, ...defined(rest) });
    return { total: page.total, rows: page.rows.map(deliveryView), cursor: page.next ?? null };
  }
}

function deliveryView(delivery: Delivery): DeliveryView {
  const { notice, state, next, sent, failures } = delivery;
  const iso = (ms: number | undefined): string | null =>
    ms === undefined ? null : new Date(ms).toISOString();
  return {
    id: notice.id,
    kind: notice.kind,
    incident: notice.incident,
    severity: notice.severity,
    sentence: notice.sentence,
    channel: delivery.channel,
    state,
    created: new Date(delivery.created).toISOString(),
    sent: iso(sent),
    tries: delivery.tries,
    next: state === 'waiting' ? iso(next) : null,
    error: failures.at(-1)?.error ?? null,
  };
}
