export interface Sink {
  /** Sends text; resolves when there is room for more, or the reader has gone. */
  send(text: string): Promise<void>
}

/** An answer of server-sent events, written while they come about. */
export class Streamed {
  readonly write: (sink: Sink) => Promise<void>

  constructor(write: (sink: Sink) => Promise<void>) {
    this.write = write
  }
}
