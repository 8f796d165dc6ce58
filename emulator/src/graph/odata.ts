import { json, type Reply } from '../http/reply.ts'

export function odata(body: unknown): Reply {
  return json(200, body, {
    'content-type':
      'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
  })
}
