/**
 * Where the contents of a package go while it is read. A sink stores; it need not hash, since the reader gives each
 * blob's last byte only after the whole of it has the digest that was promised.
 */
export interface BlobSink {
  /**
   * Stores `bytes` bytes under `digest`. Consumes `chunks` to the end; where it throws, the blob was wrong, torn or
   * cancelled, and nothing of it may stay. A chunk belongs to the sink: it is not written to again.
   */
  write(digest: string, bytes: number, chunks: AsyncIterable<Uint8Array>): Promise<void>
}
