/** What the server needs to know of the configuration. */
export abstract class ServerSettings {
  /** How people reach the console, when that is configured. */
  abstract readonly publicUrl: string | undefined;
  /** Cookies go over HTTPS only. */
  abstract readonly secure: boolean;
  /** Name of the unit on pages. */
  abstract readonly unit: string;
}
