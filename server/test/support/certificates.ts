import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificates {
  /** Path of the authority's certificate, for `NODE_EXTRA_CA_CERTS`. */
  authorityFile: string
  authority: string
  key: string
  certificate: string
}

/** A certificate for some host names, and the authority that signed it; good for a day. */
export function makeCertificates(folder: string, hosts: readonly string[]): Certificates {
  const path = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl(
    ...['req', '-x509', ...key, '-days', '1', '-subj', '/CN=entra-bff test authority'],
    ...['-keyout', path('ca.key'), '-out', path('ca.pem')],
  )
  openssl(
    ...['req', ...key, '-subj', `/CN=${hosts[0] ?? ''}`],
    ...['-keyout', path('leaf.key'), '-out', path('leaf.csr')],
  )
  writeFileSync(path('leaf.ext'), `subjectAltName=${hosts.map((host) => `DNS:${host}`).join()}`)
  openssl(
    ...['x509', '-req', '-in', path('leaf.csr'), '-days', '1', '-extfile', path('leaf.ext')],
    ...['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-out', path('leaf.pem')],
  )
  return {
    authorityFile: path('ca.pem'),
    authority: readFileSync(path('ca.pem'), 'utf8'),
    key: readFileSync(path('leaf.key'), 'utf8'),
    certificate: readFileSync(path('leaf.pem'), 'utf8'),
  }
}
