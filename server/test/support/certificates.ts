import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate } from 'selfsigned'

export interface Certificates {
  /** Path of the authority's certificate, for `NODE_EXTRA_CA_CERTS`. */
  authorityFile: string
  authority: string
  key: string
  certificate: string
}

/** A certificate for some host names, and the authority that signed it; good for a day. */
export async function makeCertificates(
  folder: string,
  hosts: readonly string[],
): Promise<Certificates> {
  const options = { keyType: 'ec', algorithm: 'sha256', notAfterDate: tomorrow() } as const
  const authority = await generate(nameOf('entra-bff test authority'), {
    ...options,
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  })
  const leaf = await generate(nameOf(hosts[0] ?? ''), {
    ...options,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [{ name: 'subjectAltName', altNames: hosts.map((value) => ({ type: 2, value })) }],
  })
  const authorityFile = join(folder, 'ca.pem')
  writeFileSync(authorityFile, authority.cert)
  return {
    authorityFile,
    authority: authority.cert,
    key: leaf.private,
    certificate: leaf.cert,
  }
}

function nameOf(value: string) {
  return [{ name: 'commonName', value }]
}

function tomorrow(): Date {
  return new Date(Date.now() + 24 * 60 * 60_000)
}
