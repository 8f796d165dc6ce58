import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const texts: Readonly<Record<string, { status: number; title: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, title: 'Request Header Fields Too Large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, title: 'Request Timeout' },
}
const malformed = { status: 400, title: 'Bad Request' }

type Headers = Readonly<Record<string, string>>

/** Answers bytes that Node cannot parse as a request. `headers` are the headers of every answer. */
export function answerClientError(headers: Headers) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const { status, title } = texts[error.code ?? ''] ?? malformed
    const body = problemBody(status, title, 'The request cannot be read.')
    const lines = Object.entries(allHeaders(headers, body)).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    )
    socket.end(`HTTP/1.1 ${String(status)} ${title}\r\n${lines.join('')}\r\n${body}`)
  }
}

/** Answers a request with an `Expect` header other than `100-continue` (RFC 9110 section 10.1.1). */
export function answerExpectation(headers: Headers) {
  return (_request: IncomingMessage, response: ServerResponse): void => {
    const detail = 'Of all expectations, only 100-continue is met.'
    const body = problemBody(417, 'Expectation Failed', detail)
    response.writeHead(417, allHeaders(headers, body)).end(body)
  }
}

function problemBody(status: number, title: string, detail: string): string {
  return JSON.stringify({ type: 'about:blank', title, status, code: 'invalid_request', detail })
}

function allHeaders(headers: Headers, body: string): Record<string, string> {
  return {
    ...headers,
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }
}
