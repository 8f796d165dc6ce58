import { connect, type Socket } from 'node:net'

/** One answer, byte for byte as it came. */
export interface RawAnswer {
  status: number
  /** In the order of the answer, names in lower case; a header sent twice is here twice. */
  headers: [name: string, value: string][]
  /** Everything before the body. */
  head: string
  body: string
}

export interface RawRequest {
  method: string
  target: string
  headers: readonly (readonly [name: string, value: string])[]
  body?: Buffer
}

const timeoutMs = 10_000

/** Sends requests byte for byte, however odd, one at a time over a connection kept alive. */
export class RawClient {
  readonly #port: number
  #socket: Socket | undefined

  constructor(port: number) {
    this.#port = port
  }

  /** Text is sent as Latin-1: one byte for each character, so that no byte is out of reach. */
  send(request: RawRequest): Promise<RawAnswer> {
    const body = request.body ?? Buffer.alloc(0)
    const lines = [
      `${request.method} ${request.target} HTTP/1.1`,
      `host: localhost:${String(this.#port)}`,
      ...request.headers.map(([name, value]) => `${name}: ${value}`),
      ...(request.body ? [`content-length: ${String(body.length)}`] : []),
    ]
    const bytes = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body])
    return this.#exchange(bytes, request.method, this.#socket !== undefined)
  }

  close(): void {
    this.#socket?.destroy()
  }

  /** @param again whether to try once more when a kept connection turns out to be closed */
  #exchange(bytes: Buffer, method: string, again: boolean): Promise<RawAnswer> {
    const socket = this.#connected()
    return new Promise((resolve, reject) => {
      let received = Buffer.alloc(0)
      const settle = (finish: () => void) => {
        clearTimeout(timer)
        socket.off('data', onData).off('close', onClose)
        finish()
      }
      const timer = setTimeout(() => {
        socket.destroy()
        settle(() => {
          reject(
            new Error(`no answer within ${String(timeoutMs)} ms to\n${bytes.toString('latin1')}`),
          )
        })
      }, timeoutMs)
      const onData = (chunk: Buffer) => {
        received = Buffer.concat([received, chunk])
        const answer = parse(received, method, false)
        if (!answer) return
        if (/^connection: close$/im.test(answer.head)) this.#forget(socket)
        settle(() => {
          resolve(answer)
        })
      }
      const onClose = () => {
        this.#forget(socket)
        const answer = parse(received, method, true)
        settle(() => {
          if (answer) resolve(answer)
          else if (again && received.length === 0) resolve(this.#exchange(bytes, method, false))
          else
            reject(
              new Error(`the connection ended without an answer to\n${bytes.toString('latin1')}`),
            )
        })
      }
      socket.on('data', onData).on('close', onClose)
      socket.write(bytes)
    })
  }

  #connected(): Socket {
    this.#socket ??= connect(this.#port, '127.0.0.1').on('error', () => undefined)
    return this.#socket
  }

  #forget(socket: Socket): void {
    socket.destroy()
    if (this.#socket === socket) this.#socket = undefined
  }
}

function parse(received: Buffer, method: string, ended: boolean): RawAnswer | undefined {
  const text = received.toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = text.slice(0, end)
  const [statusLine = '', ...lines] = head.split('\r\n')
  const status = Number(statusLine.split(' ')[1])
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  const body = bodyOf(text.slice(end + 4), { status, headers, method, ended })
  return body === undefined ? undefined : { status, headers, head, body }
}

interface Framing {
  status: number
  headers: RawAnswer['headers']
  method: string
  ended: boolean
}

function bodyOf(rest: string, { status, headers, method, ended }: Framing): string | undefined {
  if (method === 'HEAD' || status === 204 || status === 304) return ''
  const length = headers.find(([name]) => name === 'content-length')?.[1]
  if (length !== undefined) return rest.length >= Number(length) ? rest : undefined
  if (headers.some(([name]) => name === 'transfer-encoding')) {
    return rest.endsWith('0\r\n\r\n') ? rest : undefined
  }
  return ended ? rest : undefined
}
