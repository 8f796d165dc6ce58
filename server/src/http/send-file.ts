import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BuiltFile } from './built-files.ts'

/** Sends a file in the smallest form that the browser accepts, or 304 to a browser that has this form. */
export function sendFile(
  file: BuiltFile,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const isAccepted = acceptedEncodings(request.headers['accept-encoding'])
  const form = file.copies.find(({ encoding }) => isAccepted(encoding)) ?? file.original
  reply.headers(form.headers)
  // Only an answer of status 200 can be left out (RFC 9110 section 13.2.1).
  const isKnown = reply.statusCode === 200 && names(request.headers['if-none-match'], form.etag)
  return isKnown ? reply.code(304).send() : reply.send(form.body)
}

/** Reads `Accept-Encoding` (RFC 9110 section 12.5.3). A quality of 0 refuses an encoding. */
function acceptedEncodings(header = ''): (encoding: string) => boolean {
  const items = header.toLowerCase().split(',')
  const qualities = new Map(
    items.map((item) => {
      const [name = '', quality = 'q=1'] = item.split(';')
      return [name.trim(), Number(quality.trim().slice(2))]
    }),
  )
  return (encoding) => (qualities.get(encoding) ?? qualities.get('*') ?? 0) > 0
}

/** Reads `If-None-Match`. A proxy marks a tag as weak (`W/`); RFC 9110 section 13.1.2 ignores the mark. */
function names(header = '', etag: string): boolean {
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
