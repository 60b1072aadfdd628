import {
  namedEventId,
  placedEventId,
  type BodyHeader,
  type Decoded,
  type Event,
  type Fields,
  type FieldValue,
  type LogSource,
  type Oddity,
  type RawRecord,
} from '#libs/model';

import { dossierPrefix, findDossierCodes } from './dossier.ts';
import { Masked, Masker } from './mask/masker.ts';
import { findSecrets } from './mask/scan.ts';
import { resolvePlace } from './place.ts';
import type { NormalizeSettings } from './settings.ts';
import { instantOf, isoTime, judgeTime } from './time.ts';

/** The body a record came in, as far as its event needs to know. */
export interface RecordOrigin {
  readonly header: BodyHeader;
  readonly position: number;
}

/** An event and what was noteworthy about its record. */
export interface Finished {
  readonly event: Event;
  /**
   * Id of the source it is counted under: the key's or the register's; empty when nobody knows the
   * sender.
   */
  readonly source: string;
  readonly oddity: Oddity | undefined;
  /** How many values were masked. */
  readonly masked: number;
}

const NO_FIELDS: ReadonlySet<string> = new Set();
/** What names the source of an event to the rules; only our own records may name us there. */
const SOURCE_FIELDS = ['event.dataset', 'data_stream.dataset', 'product'];
/** FortiGate's log ids have the look of phone numbers. */
const LOG_ID_FIELDS: ReadonlySet<string> = new Set(['event.code']);

function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
}

function timeOddity(flag: string | undefined): Oddity | undefined {
  if (flag === 'future') return 'time_future';
  if (flag === 'past') return 'time_past';
  return flag === 'missing' ? 'time_missing' : undefined;
}

/**
 * Gives decoded records their place, time, id and masks. One per settings snapshot; holds no state
 * but caches.
 */
export class Finisher {
  readonly #settings: NormalizeSettings;
  readonly #masker: Masker;

  constructor(settings: NormalizeSettings) {
    this.#settings = settings;
    this.#masker = new Masker(settings.maskKey);
  }

  /** The registered source of a body, or of a record by its host name. */
  sourceOf(header: BodyHeader, host: string | undefined): LogSource | undefined {
    const { register } = this.#settings;
    if (header.source !== undefined) {
      const own = register.sourceById(header.source);
      if (own !== undefined) return own;
    }
    const named = host === undefined ? undefined : register.sourceByHost(host);
    // A host name is the sender's word: it must not carry a record out of the place of its key.
    if (named !== undefined && this.#mayName(header, named)) return named;
    const { peer } = header;
    return peer === undefined || header.key !== undefined
      ? undefined
      : register.sourceByAddress(peer);
  }

  #mayName(header: BodyHeader, source: LogSource): boolean {
    const province = header.place?.province;
    return province === undefined || province === '00' || province === source.place.province;
  }

  /** Makes the event; afterwards nothing of the record's unmasked text is left in it. */
  finish(decoded: Decoded, record: RawRecord, origin: RecordOrigin): Finished {
    const { header, position } = origin;
    const { fields } = decoded;
    const settings = this.#settings;
    const source = this.sourceOf(header, textOf(fields, 'host.name'));
    const text = record.text ?? decoded.original;
    this.#place(decoded, text, header, source);
    const zone = source?.zoneMinutes ?? settings.zoneMinutes;
    const instant = instantOf(decoded, zone, header.received);
    const { time, flag } = judgeTime(instant, header.received, settings.timeBounds);
    if (flag !== undefined) fields['gov.time.flag'] = flag;
    if (decoded.dataset !== '') fields['event.dataset'] = decoded.dataset;
    if (header.input !== 'self') disown(fields);
    fields['event.kind'] ??= 'event';
    const masked = this.#mask(decoded, text);
    fields['@timestamp'] = isoTime(instant ?? header.received);
    fields['event.ingested'] = isoTime(header.received);
    const id =
      record.senderId === undefined
        ? placedEventId(settings.spoolId, position, record.ordinal)
        : namedEventId(ownerOf(header), record.senderId);
    return {
      event: { id, time, received: header.received, fields },
      source: source?.id ?? header.source ?? '',
      oddity: decoded.oddity ?? timeOddity(flag),
      masked,
    };
  }

  #place(decoded: Decoded, text: string, header: BodyHeader, source: LogSource | undefined): void {
    const { fields } = decoded;
    const codes = findDossierCodes(text);
    const first = codes[0];
    if (first !== undefined) {
      fields['gov.dossier.code'] = codes.length === 1 ? first : codes;
    }
    const place = resolvePlace(this.#settings.register, {
      keyPlace: header.place,
      source,
      stated:
        decoded.locality ??
        textOf(fields, 'gov.locality.commune_code') ??
        textOf(fields, 'gov.locality.code'),
      dossierPrefix: first === undefined ? undefined : dossierPrefix(first),
      host: textOf(fields, 'host.name'),
    });
    fields['gov.locality.code'] = place.province;
    if (place.commune !== undefined) fields['gov.locality.commune_code'] = place.commune;
    else delete fields['gov.locality.commune_code'];
    const id = source?.id ?? header.source;
    if (id !== undefined) fields['gov.source.id'] = id;
    if (source?.system !== undefined) fields['gov.system.id'] = source.system;
    if (source?.vendor !== undefined) fields['gov.vendor.id'] = source.vendor;
  }

  /**
   * Masks the record in place; `text` is all of it as it was sent. Returns how many values it was.
   */
  #mask(decoded: Decoded, text: string): number {
    const { fields, original } = decoded;
    // Every field is a piece of the text: where the text is clean, and hides nothing behind
    // escapes, all of them are.
    const spans = findSecrets(text);
    const hidden = text.includes('\\u') || isEscapedUrl(fields['url.original']);
    if (spans.length === 0 && !hidden) {
      if (decoded.keepOriginal) fields['event.original'] = original;
      return 0;
    }
    const masked = new Masked();
    const shown = this.#masker.spans(text, spans, masked);
    const skip = decoded.dataset.startsWith('fortinet') ? LOG_ID_FIELDS : NO_FIELDS;
    if (decoded.keepOriginal && original !== text) fields['event.original'] = original;
    this.#masker.fields(fields, masked, skip);
    if (decoded.keepOriginal && original === text) fields['event.original'] = shown;
    if (masked.hashes.size > 0) fields['gov.masked'] = [...masked.hashes];
    return masked.hashes.size;
  }
}

/**
 * Takes away a claim to be a verdict of ours: nobody's record may raise or end an outage in our
 * name.
 */
function disown(fields: Fields): void {
  for (const name of SOURCE_FIELDS) {
    const value = fields[name];
    if (value !== undefined && /^\s*thapcanh/i.test(String(value))) fields[name] = 'json';
  }
}

/** Paths and queries are undone of their escapes: they may hold what the text hides. */
function isEscapedUrl(url: FieldValue | undefined): boolean {
  return typeof url === 'string' && url.includes('%');
}

function ownerOf(header: BodyHeader): string {
  const { place, source, key } = header;
  return `${place?.province ?? ''}/${place?.commune ?? ''}/${source ?? key ?? ''}`;
}
