/** Where the contents of a package go while it is read. */
export interface BlobSink {
  /**
   * True for a sink that hashes what it gets and refuses what differs from the digest (PACKAGE_DIGEST). Otherwise the
   * reader hashes, and gives a blob's last chunk only after the whole of it has been found right.
   */
  readonly verifies?: boolean
  /**
   * Stores `bytes` bytes under `digest`. Consumes `chunks` to the end; where they throw, the blob was wrong, torn or
   * cancelled, and nothing of it may stay. A chunk may be used until the next one is asked for; its memory is then
   * filled anew.
   */
  write(digest: string, bytes: number, chunks: AsyncIterable<Uint8Array>): Promise<void>
}
