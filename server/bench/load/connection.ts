import { connect, type Socket } from 'node:net'

const chunkedEnd = '\r\n0\r\n\r\n'
/** How often a request is sent again after its connection has ended without an answer. */
const maxRetries = 3

type OnAnswer = (connection: Connection, status: number) => void

/**
 * A connection that is kept open and carries one request at a time. Where the server has ended it, as
 * Apache does when it is busy, it is opened again, as a browser does.
 */
export class Connection {
  readonly #port: number
  readonly #request: string
  readonly #onAnswer: OnAnswer
  #socket: Socket
  #received = ''
  #isWaiting = false
  #retries = 0

  /** @param onAnswer gets the status of each answer; 0: there is none */
  constructor(port: number, request: string, onAnswer: OnAnswer) {
    this.#port = port
    this.#request = request
    this.#onAnswer = onAnswer
    this.#socket = this.#open()
  }

  send(): void {
    this.#isWaiting = true
    this.#retries = 0
    this.#write()
  }

  close(): void {
    this.#isWaiting = false
    this.#socket.destroy()
  }

  #write(): void {
    if (this.#socket.destroyed) this.#socket = this.#open()
    this.#received = ''
    this.#socket.write(this.#request)
  }

  #open(): Socket {
    return connect(this.#port, '127.0.0.1')
      .setNoDelay()
      .setEncoding('latin1')
      .on('data', (chunk: string) => {
        this.#receive(chunk)
      })
      .on('error', () => undefined)
      .on('close', () => {
        if (this.#isWaiting) this.#retry()
      })
  }

  #retry(): void {
    this.#retries += 1
    if (this.#retries <= maxRetries) this.#write()
    else this.#settle(0)
  }

  #receive(chunk: string): void {
    this.#received += chunk
    if (isComplete(this.#received)) this.#settle(Number(this.#received.slice(9, 12)))
  }

  #settle(status: number): void {
    this.#isWaiting = false
    this.#onAnswer(this, status)
  }
}

function isComplete(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n')
  if (end === -1) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1]
  if (length === undefined) return answer.endsWith(chunkedEnd)
  return answer.length >= end + 4 + Number(length)
}
