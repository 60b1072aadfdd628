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
  type RecordPiece,
} from '#libs/model';

import { dossierPrefix, findDossierCodes } from './dossier.ts';
import { Masked, Masker } from './mask/masker.ts';
import { maySecretsStand } from './mask/quick-look.ts';
import { findSecrets, type Span } from './mask/scan.ts';
import { resolvePlace } from './place.ts';
import type { NormalizeSettings } from './settings.ts';
import { instantOf, isoTime, judgeTime } from './time.ts';

/** What the records of one body have in common; made by `Finisher.origin`. */
export interface RecordOrigin {
  readonly header: BodyHeader;
  readonly position: number;
  /** `event.ingested` of them all. */
  readonly ingested: string;
  /** Source that the key names, whatever stands in the record. */
  readonly own: LogSource | undefined;
  /** Source that the sender's address names, where nothing in the record does. */
  readonly addressed: LogSource | undefined;
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
const NO_SPANS: readonly Span[] = [];
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

  /** What the records of a body share; its source is looked up once. */
  origin(header: BodyHeader, position: number): RecordOrigin {
    const { register } = this.#settings;
    const { source, peer, key } = header;
    const byPeer = peer !== undefined && key === undefined;
    return {
      header,
      position,
      ingested: isoTime(header.received),
      own: source === undefined ? undefined : register.sourceById(source),
      addressed: byPeer ? register.sourceByAddress(peer) : undefined,
    };
  }

  /** The registered source of a record by its body and its host name. */
  #sourceOf({ header, own, addressed }: RecordOrigin, fields: Fields): LogSource | undefined {
    if (own !== undefined) return own;
    const host = textOf(fields, 'host.name');
    const named = host === undefined ? undefined : this.#settings.register.sourceByHost(host);
    // A host name is the sender's word: it must not carry a record out of the place of its key.
    return named !== undefined && this.#mayName(header, named) ? named : addressed;
  }

  #mayName(header: BodyHeader, source: LogSource): boolean {
    const province = header.place?.province;
    return province === undefined || province === '00' || province === source.place.province;
  }

  /**
   * Makes the event; afterwards nothing of the record's unmasked text is left in it. `piece` is
   * where the record's text stands as bytes, when it does.
   */
  finish(decoded: Decoded, record: RawRecord, origin: RecordOrigin, piece?: RecordPiece): Finished {
    const { header, position } = origin;
    const { fields } = decoded;
    const settings = this.#settings;
    const source = this.#sourceOf(origin, fields);
    const text = record.text ?? decoded.original;
    this.#place(decoded, text, header, source);
    const zone = source?.zoneMinutes ?? settings.zoneMinutes;
    const instant = instantOf(decoded, zone, header.received);
    const { time, flag } = judgeTime(instant, header.received, settings.timeBounds);
    if (flag !== undefined) fields['gov.time.flag'] = flag;
    if (decoded.dataset !== '') fields['event.dataset'] = decoded.dataset;
    if (header.input !== 'self') disown(fields);
    fields['event.kind'] ??= 'event';
    const masked = this.#mask(decoded, text, piece);
    fields['@timestamp'] = isoTime(instant ?? header.received);
    fields['event.ingested'] = origin.ingested;
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
  #mask(decoded: Decoded, text: string, piece: RecordPiece | undefined): number {
    const { fields, original } = decoded;
    // Every field is a piece of the text: where the text is clean, and hides nothing behind
    // escapes, all of them are.
    const clean = piece !== undefined && !maySecretsStand(piece.bytes, piece.start, piece.end);
    const spans = clean ? NO_SPANS : findSecrets(text);
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
