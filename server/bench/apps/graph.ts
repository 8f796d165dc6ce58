import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A stand-in for Microsoft Graph that costs next to nothing: one profile, for any token. */
const profile = JSON.stringify({
  '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#users/$entity',
  businessPhones: ['+1 425 555 0109'],
  displayName: 'Adele Vance',
  givenName: 'Adele',
  jobTitle: 'Product Marketing Manager',
  mail: 'AdeleV@contoso.onmicrosoft.com',
  mobilePhone: '+1 425 555 0109',
  officeLocation: '18/2111',
  preferredLanguage: 'en-US',
  surname: 'Vance',
  userPrincipalName: 'AdeleV@contoso.onmicrosoft.com',
  id: 'aaaabbbb-7e2d-4b6a-9c1f-000000000001',
})
const type =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8'
const headers = {
  'cache-control': 'no-cache',
  'content-type': type,
  'content-length': Buffer.byteLength(profile),
  vary: 'Accept-Encoding',
  'strict-transport-security': 'max-age=31536000',
  'request-id': '3f0c1a52-9d7e-4f0b-8c35-2b6f0e9a7d11',
  'client-request-id': '3f0c1a52-9d7e-4f0b-8c35-2b6f0e9a7d11',
  'odata-version': '4.0',
}

const server = createServer((request, response) => {
  const isAllowed = request.headers.authorization?.startsWith('Bearer ')
  if (isAllowed) response.writeHead(200, headers).end(profile)
  else response.writeHead(401).end()
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`http://127.0.0.1:${String(port)}/v1.0/me\n`)
})
