/** Addresses of what the distributed platform stands on. */
export interface ClusterAddress {
  readonly redisUrl: string;
  readonly elasticsearchUrl: string;
}

export type PlatformName = 'embedded' | 'distributed';

/** What the environment says about the platform. */
export interface PlatformChoice {
  readonly redisUrl: string | undefined;
  readonly elasticsearchUrl: string | undefined;
}

/**
 * The one place where the platform is chosen: with both addresses set the distributed one, else
 * the embedded one. Each way is a dynamic import, so that neither pays for the other.
 */
export function onPlatform<T>(
  { redisUrl, elasticsearchUrl }: PlatformChoice,
  ways: {
    readonly embedded: () => Promise<T>;
    readonly distributed: (address: ClusterAddress) => Promise<T>;
  },
): Promise<T> {
  if (redisUrl === undefined || elasticsearchUrl === undefined) return ways.embedded();
  return ways.distributed({ redisUrl, elasticsearchUrl });
}
