/** The page's files by name: built, or bundled when they are first asked for. */
export function pageFiles(): Promise<ReadonlyMap<string, Uint8Array>>;
