import type { Origin } from './source.ts';

/**
 * A scalar by its source text, so that `00000429` stays what it is; `plain` says that it was not
 * quoted.
 */
export interface ScalarNode extends Origin {
  readonly kind: 'scalar';
  readonly text: string;
  readonly plain: boolean;
  readonly size: number;
}

export interface SeqNode extends Origin {
  readonly kind: 'seq';
  readonly items: YamlNode[];
  size: number;
}

export interface MapNode extends Origin {
  readonly kind: 'map';
  readonly entries: MapEntry[];
  size: number;
}

export interface MapEntry {
  readonly key: ScalarNode;
  readonly value: YamlNode;
}

export type YamlNode = ScalarNode | SeqNode | MapNode;
