import { Body, Controller, Delete, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Audit } from '#libs/audit';
import { Availability, type Localities, type RegisterBook } from '#libs/availability';
import { CENTRE, CHARSETS, type LogSource, type Place, type Principal } from '#libs/model';
import type { Probe, Service } from '#libs/model';

import { Needs, Who } from '../access/access.ts';
import { mayTouch, placeShape, reachablePlace, within } from '../access/reach.ts';
import { Answers } from '../answers/answers.ts';
import { defined } from '../http/defined.ts';
import { ProblemException } from '../http/problem.ts';

const NAME_CHARS_MAX = 200;
const LIST_MAX = 100;
const INTERVAL_S_MIN = 5;
const DAY_S = 86_400;
const VN_ZONE_MINUTES = 420;

const name = z.string().trim().min(1).max(NAME_CHARS_MAX);
const identifier = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/i);

const sourceBody = z.strictObject({
  name,
  ...placeShape,
  dataset: z.string().max(100).optional(),
  addresses: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .max(LIST_MAX)
    .default([]),
  hosts: z.array(name).max(LIST_MAX).default([]),
  charset: z.enum(CHARSETS).optional(),
  zoneMinutes: z.int().min(-840).max(840).default(VN_ZONE_MINUTES),
  system: name.optional(),
  vendor: name.optional(),
  silenceFloorS: z
    .int()
    .min(0)
    .max(DAY_S * 30)
    .default(0),
  expected: z.enum(['planned', 'active', 'off']).default('active'),
  plannedFrom: z.iso.date().optional(),
});
const serviceBody = z.strictObject({
  name,
  ...placeShape,
  system: name.optional(),
  vendor: name.optional(),
});
const probeBody = z.strictObject({
  service: identifier,
  kind: z.enum(['http', 'tcp']),
  target: z.string().min(1).max(2_000),
  intervalS: z.int().min(INTERVAL_S_MIN).max(DAY_S).default(60),
  timeoutS: z.int().min(1).max(60).default(10),
  failures: z.int().min(1).max(100).default(3),
  successes: z.int().min(1).max(100).default(2),
  enabled: z.boolean().default(true),
});

function badTarget(kind: 'http' | 'tcp', target: string): boolean {
  if (kind === 'http') {
    return !URL.canParse(target) || !/^https?:$/.test(new URL(target).protocol);
  }
  const port = Number(/^.+:(\d{1,5})$/.exec(target)?.[1]);
  return !(port > 0 && port <= 65_535);
}

@ApiTags('sources')
@Controller('api/v1')
export class RegisterController {
  readonly #register: RegisterBook;
  readonly #localities: Localities;
  readonly #audit: Audit;

  constructor(
    @Inject(Availability) { register, localities }: Availability,
    @Inject(Audit) audit: Audit,
  ) {
    this.#register = register;
    this.#localities = localities;
    this.#audit = audit;
  }

  @Put('sources/:id')
  @Needs('sources.write')
  @Answers('RegisteredSource', 'address_taken', 'host_taken', 'register_full')
  @ApiOperation({ summary: 'Enters or changes a log source of the register' })
  async putSource(
    @Param('id') id: string,
    @Body({ schema: sourceBody }) asked: z.output<typeof sourceBody>,
    @Who() who: Principal,
  ): Promise<LogSource> {
    const { province, commune, ...rest } = asked;
    const place = reachablePlace({ province, commune }, who, this.#localities);
    this.#free(this.#register.source(id)?.place, who);
    const source: LogSource = { id: this.#id(id), place, ...defined(rest) };
    await this.#save('source', source, place, who);
    return source;
  }

  @Put('services/:id')
  @Needs('probes.write')
  @Answers('RegisteredService', 'register_full')
  @ApiOperation({ summary: 'Enters or changes a service that people use' })
  async putService(
    @Param('id') id: string,
    @Body({ schema: serviceBody }) asked: z.output<typeof serviceBody>,
    @Who() who: Principal,
  ): Promise<Service> {
    const { province, commune, ...rest } = asked;
    const place = reachablePlace({ province, commune }, who, this.#localities);
    this.#free(this.#register.service(id)?.place, who);
    const service: Service = { id: this.#id(id), place, ...defined(rest) };
    await this.#save('service', service, place, who);
    return service;
  }

  @Put('probes/:id')
  @Needs('probes.write')
  @Answers('RegisteredProbe', 'register_full')
  @ApiOperation({ summary: 'Enters or changes a probe of a service' })
  async putProbe(
    @Param('id') id: string,
    @Body({ schema: probeBody }) asked: z.output<typeof probeBody>,
    @Who() who: Principal,
  ): Promise<Probe> {
    const service = this.#register.service(asked.service);
    // A service of others and one that is not there answer alike.
    if (service === undefined || !mayTouch(service.place, who)) {
      throw new ProblemException('not_found', {
        detail: `There is no service '${asked.service}', or not for you; enter it first.`,
        detailVi: `Chưa có dịch vụ '${asked.service}', hoặc không thuộc quyền; hãy khai báo trước.`,
      });
    }
    this.#free(this.#placeOfProbe(id), who);
    if (badTarget(asked.kind, asked.target)) {
      throw new ProblemException('invalid', {
        detail: 'target is an http(s) address for http, host:port for tcp.',
        detailVi: 'target là địa chỉ http(s) với http, hoặc máy:cổng với tcp.',
      });
    }
    const probe: Probe = { id: this.#id(id), ...asked };
    await this.#save('probe', probe, service.place, who);
    return probe;
  }

  @Delete('sources/:id')
  @HttpCode(204)
  @Needs('sources.write')
  @Answers('nothing')
  @ApiOperation({ summary: 'Takes a log source out of the register' })
  async removeSource(@Param('id') id: string, @Who() who: Principal): Promise<void> {
    await this.#remove('source', id, this.#register.source(id)?.place, who);
  }

  @Delete('services/:id')
  @HttpCode(204)
  @Needs('probes.write')
  @Answers('nothing')
  @ApiOperation({ summary: 'Takes a service out of the register, with its probes' })
  async removeService(@Param('id') id: string, @Who() who: Principal): Promise<void> {
    const probes = this.#register.probes().filter((probe) => probe.service === id);
    const place = this.#register.service(id)?.place;
    for (const probe of probes) await this.#remove('probe', probe.id, place, who);
    await this.#remove('service', id, place, who);
  }

  @Delete('probes/:id')
  @HttpCode(204)
  @Needs('probes.write')
  @Answers('nothing')
  @ApiOperation({ summary: 'Takes a probe out of the register' })
  async removeProbe(@Param('id') id: string, @Who() who: Principal): Promise<void> {
    await this.#remove('probe', id, this.#placeOfProbe(id), who);
  }

  #id(id: string): string {
    const read = identifier.safeParse(id);
    if (read.success) return id;
    throw new ProblemException('invalid', {
      detail: 'An id has letters, digits, dots, dashes and underscores.',
      detailVi: 'Mã chỉ gồm chữ không dấu, số, dấu chấm, gạch ngang và gạch dưới.',
    });
  }

  #placeOfProbe(id: string): Place | undefined {
    const probe = this.#register.probes().find((one) => one.id === id);
    if (probe === undefined) return undefined;
    return this.#register.service(probe.service)?.place ?? { province: CENTRE };
  }

  /** What stands there already may only be changed by who may touch it. */
  #free(place: Place | undefined, who: Principal): void {
    if (place !== undefined) within(place, (there) => there, who);
  }

  async #save(
    kind: 'source' | 'service' | 'probe',
    row: LogSource | Service | Probe,
    place: Place,
    who: Principal,
  ): Promise<void> {
    const saved = await this.#register.save(kind, [row as LogSource & Service & Probe]);
    if ('reason' in saved) throw new ProblemException(saved.reason);
    await this.#record(`${kind}.put`, row.id, place, who);
  }

  async #remove(
    kind: 'source' | 'service' | 'probe',
    id: string,
    place: Place | undefined,
    who: Principal,
  ): Promise<void> {
    const there = within(place, (one) => one, who);
    await this.#register.remove(kind, id);
    await this.#record(`${kind}.remove`, id, there, who);
  }

  async #record(what: string, target: string, place: Place, who: Principal): Promise<void> {
    await this.#audit.append({ who: who.user, what, target, place, facts: {} });
  }
}
