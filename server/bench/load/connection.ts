import { connect, type Socket } from 'node:net'

const chunkedEnd = '\r\n0\r\n\r\n'

/** A connection that is kept open and carries one request at a time. */
export class Connection {
  readonly #request: Buffer
  readonly #onAnswer: (connection: Connection, status: number) => void
  readonly #socket: Socket
  #received = ''

  /** @param onAnswer status 0: the connection has ended */
  constructor(
    port: number,
    request: Buffer,
    onAnswer: (connection: Connection, status: number) => void,
  ) {
    this.#request = request
    this.#onAnswer = onAnswer
    this.#socket = connect(port, '127.0.0.1').setNoDelay()
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (chunk: string) => {
      this.#receive(chunk)
    })
    this.#socket.on('error', () => {
      onAnswer(this, 0)
    })
    this.#socket.on('end', () => {
      onAnswer(this, 0)
    })
  }

  send(): void {
    this.#socket.write(this.#request)
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(chunk: string): void {
    this.#received += chunk
    if (!isWhole(this.#received)) return
    const status = Number(this.#received.slice(9, 12))
    this.#received = ''
    this.#onAnswer(this, status)
  }
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n')
  if (end === -1) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1]
  if (length === undefined) return answer.endsWith(chunkedEnd)
  return answer.length >= end + 4 + Number(length)
}
