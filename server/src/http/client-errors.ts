import type { Socket } from 'node:net'

const texts: Readonly<Record<string, { status: number; title: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, title: 'Request Header Fields Too Large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, title: 'Request Timeout' },
}
const malformed = { status: 400, title: 'Bad Request' }

/** Answers what is not HTTP enough to become a request, with the headers of every other answer. */
export function answerClientError(headers: Readonly<Record<string, string>>) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const { status, title } = texts[error.code ?? ''] ?? malformed
    const detail = 'The request cannot be read.'
    const body = JSON.stringify({
      type: 'about:blank',
      title,
      status,
      code: 'invalid_request',
      detail,
    })
    const lines = Object.entries({
      ...headers,
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    }).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(`HTTP/1.1 ${String(status)} ${title}\r\n${lines.join('')}\r\n${body}`)
  }
}
