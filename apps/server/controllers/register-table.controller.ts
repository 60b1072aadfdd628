import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Audit } from '#libs/audit';
import { scopeOf } from '#libs/auth';
import {
  Availability,
  readSourceTable,
  type Localities,
  type RegisterBook,
} from '#libs/availability';
import type { LogSource, Principal } from '#libs/model';
import type { ImportView, ListView, ServiceView } from '#libs/protocol';

import { Needs, Who } from '../access/access.ts';
import { mayTouch, within } from '../access/reach.ts';
import { Answers } from '../answers/answers.ts';
import { ProblemException } from '../http/problem.ts';
import { pageOf, pageShape } from './paging.ts';

const TABLE_CHARS_MAX = 900_000;

const servicesQuery = z.object(pageShape);
const importBody = z.strictObject({
  csv: z.string().min(1).max(TABLE_CHARS_MAX),
  apply: z.boolean().default(false),
});

type ImportRow = ImportView['rows'][number];

@ApiTags('sources')
@Controller('api/v1')
export class RegisterTableController {
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

  @Get('services')
  @Needs('sources.read')
  @Answers('ServiceList')
  @ApiOperation({ summary: 'Services of the register that people use' })
  services(
    @Query({ schema: servicesQuery }) asked: z.output<typeof servicesQuery>,
    @Who() who: Principal,
  ): ListView<ServiceView> {
    const rows = this.#register
      .services()
      .filter(({ place }) => mayTouch(place, who))
      .map(({ id, name, place, system, vendor }) => ({
        id,
        name,
        locality: this.#localities.nameOf(place),
        system: system ?? null,
        vendor: vendor ?? null,
        probes: this.#register.probes().filter(({ service }) => service === id).length,
      }))
      .toSorted((a, b) => a.name.localeCompare(b.name, 'vi'));
    return pageOf(rows, asked);
  }

  @Get('sources/:id')
  @Needs('sources.read')
  @Answers('RegisteredSource')
  @ApiOperation({ summary: 'A log source as it stands in the register' })
  source(@Param('id') id: string, @Who() who: Principal): LogSource {
    return within(this.#register.source(id), ({ place }) => place, who);
  }

  @Post('sources/import')
  @HttpCode(200)
  @Needs('sources.write')
  @Answers('Import', 'address_taken', 'host_taken', 'register_full')
  @ApiOperation({
    summary: 'What a CSV table of log sources would change; with `apply` it is entered',
  })
  async importTable(
    @Body({ schema: importBody }) asked: z.output<typeof importBody>,
    @Who() who: Principal,
  ): Promise<ImportView> {
    const { rows: read, faults } = readSourceTable(asked.csv, this.#localities);
    const rows = read.map(({ line, source }) => this.#row(line, source, who));
    const refused = faults.map(({ line, text }): ImportRow => {
      return { line, id: null, name: null, locality: null, change: 'refused', reason: text };
    });
    const all = [...rows, ...refused].toSorted((a, b) => a.line - b.line);
    const counts = { new: 0, changed: 0, same: 0, refused: 0 };
    for (const { change } of all) counts[change] += 1;
    if (!asked.apply) return { rows: all, counts, applied: false };
    if (counts.refused > 0) {
      throw new ProblemException('invalid', {
        detail: `${counts.refused} lines are wrong; nothing was entered.`,
        detailVi: `${counts.refused} dòng sai; chưa nhập dòng nào.`,
      });
    }
    const wanted = new Set(rows.filter(({ change }) => change !== 'same').map(({ line }) => line));
    const sources = read.filter(({ line }) => wanted.has(line)).map(({ source }) => source);
    const saved = await this.#register.save('source', sources);
    if ('reason' in saved) throw new ProblemException(saved.reason);
    await this.#audit.append({
      who: who.user,
      what: 'register.import',
      target: `${sources.length} sources`,
      place: scopeOf(who),
      facts: { new: String(counts.new), changed: String(counts.changed) },
    });
    return { rows: all, counts, applied: true };
  }

  #row(line: number, source: LogSource, who: Principal): ImportRow {
    const { id, name, place } = source;
    const locality = this.#localities.nameOf(place);
    const before = this.#register.source(id);
    const foreign = before !== undefined && !mayTouch(before.place, who);
    if (foreign || !mayTouch(place, who)) {
      const reason = { vi: 'không thuộc phạm vi của bạn', en: 'not within your scope' };
      return { line, id, name, locality, change: 'refused', reason };
    }
    const change = before === undefined ? 'new' : isSame(before, source) ? 'same' : 'changed';
    return { line, id, name, locality, change, reason: null };
  }
}

/** Whether the table says of a source what the register holds already. */
function isSame(before: LogSource, after: LogSource): boolean {
  const told = ({ name, place, dataset, addresses, hosts, silenceFloorS }: LogSource): string =>
    JSON.stringify([name, place.province, place.commune, dataset, addresses, hosts, silenceFloorS]);
  return told(before) === told(after);
}
