// Opens a store, reads all of it and begins to write, in a process of its own: where LMDB finds other
// bytes than it expects, it ends the process. Prints what else goes wrong.
import { ABORT, open } from 'lmdb'

const [, , path] = process.argv
try {
  const db = open({ path, encoding: 'binary', eventTurnBatching: false })
  for (const { value } of db.getRange()) value.at(-1)
  db.transactionSync(() => {
    db.putSync('trial', Buffer.alloc(10_000))
    return ABORT
  })
  process.exit(0)
} catch (error) {
  process.stdout.write(error.message)
  process.exit(1)
}
