import { connect } from 'node:net'

interface RawAnswer {
  status: number
  /** Names in lower case. */
  headers: Map<string, string>
  body: string
  /** Byte for byte, as it came. */
  text: string
}

/**
 * Sends bytes that no HTTP client would send and reads until the server closes.
 * @param head the request line and headers, without the empty line; `Connection: close` is added
 */
export async function sendRaw(origin: string, head: string[], body = ''): Promise<RawAnswer> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  socket.write(Buffer.from([...head, 'Connection: close', '', body].join('\r\n'), 'latin1'))
  const chunks: Buffer[] = []
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk)
  return parseRaw(Buffer.concat(chunks).toString())
}

export function parseRaw(text: string): RawAnswer {
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s)
  const [line = '', ...fields] = head.split('\r\n')
  const pairs = fields.map((field): [string, string] => {
    const colon = field.indexOf(':')
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
  })
  return { status: Number(line.split(' ')[1]), headers: new Map(pairs), body, text }
}
