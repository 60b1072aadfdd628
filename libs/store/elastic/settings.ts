/** Where an Elasticsearch is and how to sign in there. */
export interface ElasticSettings {
  /** One address, or several of one cluster; credentials in them are taken too. */
  readonly urls: readonly string[];
  readonly auth?:
    | { readonly username: string; readonly password: string }
    /** As Elasticsearch gave it: base64 of `id:key`. */
    | { readonly apiKey: string };
  /** Certificates (PEM) of the authority that signed the server's. */
  readonly ca?: string;
  /** Stands before every name of ours, so that several products can share a cluster. */
  readonly prefix?: string;
  /** Primary shards of one event day; bounds them for all days that are kept. */
  readonly dayShards?: number;
}
