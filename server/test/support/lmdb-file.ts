/** Of an LMDB page, and where its newest facts are: see `liblmdb/mdb.c`, MDB_page and MDB_meta. */
export const pageSize = 4_096
export const at = { pageSize: 48, root: 136, lastPage: 144, transaction: 152 }

/** Inverts the bits of `length` bytes. */
export function flip(bytes: Buffer, from: number, length: number): Buffer {
  for (let index = from; index < from + length; index += 1)
    bytes[index] = ~(bytes[index] ?? 0) & 255
  return bytes
}

/** Offset of the meta page that the last transaction wrote. */
export function newestMeta(bytes: Buffer): number {
  const transactionOf = (page: number) => bytes.readBigUInt64LE(page + at.transaction)
  return transactionOf(pageSize) > transactionOf(0) ? pageSize : 0
}

/** Offset of the root page. */
export function rootPage(bytes: Buffer): number {
  return Number(bytes.readBigUInt64LE(newestMeta(bytes) + at.root)) * pageSize
}
