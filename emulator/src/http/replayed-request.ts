import { IncomingMessage } from 'node:http'

/**
 * A request made anew on the same socket, with another path, headers and form body: how a
 * translated request is handed to oidc-provider, which wants to read the body itself.
 */
export function replayRequest(
  original: IncomingMessage,
  method: 'GET' | 'POST',
  url: string,
  options: { form?: URLSearchParams; cookie?: string } = {},
): IncomingMessage {
  const request = new IncomingMessage(original.socket)
  const body = options.form?.toString()
  request.method = method
  request.url = url
  request.httpVersion = original.httpVersion
  request.headers = {
    host: original.headers.host ?? 'localhost',
    accept: 'application/json',
    ...(options.cookie !== undefined && { cookie: options.cookie }),
    ...(body !== undefined && {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
    }),
  }
  request.complete = true
  if (body !== undefined) request.push(body)
  request.push(null)
  return request
}
