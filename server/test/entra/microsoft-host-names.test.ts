import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Certificates, makeCertificates } from '../support/certificates.ts'
import { type MicrosoftHosts, MicrosoftWorld } from '../support/microsoft-world.ts'

const tenant = '5f3b1c52-9d0e-4a57-8c3b-2f6a1e8d7c10'

interface Case extends MicrosoftHosts {
  name: string
}

function cloud(name: string, login: string, graph: string): Case {
  return { name, issuer: login, login, graph, authority: `https://${login}/${tenant}` }
}

function externalId(name: string, login: string, path: string): Case {
  const issuer = `${tenant}.ciamlogin.com`
  const authority = `https://${login}/${path}`
  return { name, issuer, login, graph: 'graph.microsoft.com', authority }
}

const cases: Case[] = [
  cloud('the public cloud', 'login.microsoftonline.com', 'graph.microsoft.com'),
  cloud('the US Government', 'login.microsoftonline.us', 'graph.microsoft.us'),
  cloud('China', 'login.partner.microsoftonline.cn', 'microsoftgraph.chinacloudapi.cn'),
  cloud('France', 'login.sovcloud-identity.fr', 'graph.svc.sovcloud.fr'),
  externalId('External ID in its short form', 'contoso.ciamlogin.com', ''),
  externalId('External ID at a domain of its own', 'login.contoso.com', tenant),
]

/** The built server as in production, except that host names resolve to this machine. */
describe("under Microsoft's own host names", () => {
  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-hosts-'))
  let certificates: Certificates
  let world: MicrosoftWorld | undefined
  beforeAll(async () => {
    const hosts = cases.flatMap(({ issuer, login, graph }) => [issuer, login, graph])
    certificates = await makeCertificates(folder, [...new Set(hosts)])
  })
  afterEach(() => world?.close())
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  test.each(cases)(
    'the same build signs in, calls Graph and signs out: $name',
    async (hosts) => {
      world = await MicrosoftWorld.open(hosts, certificates, folder)
      const { emulator, origin } = world
      const browser = world.openBrowser()
      const { url, visited } = await browser.goTo('/auth/login?returnTo=%2Fresult%2Fme')
      expect(visited[1]?.host).toBe(hosts.issuer)
      expect(url.href).toBe(`${origin}/result/me`)

      const { status, json } = await browser.fetch('/api/me')
      expect([status, json]).toMatchObject([200, { displayName: 'Adele Vance' }])
      expect(emulator.requests('me').at(-1)?.headers.host).toBe(hosts.graph)
      expect((await browser.fetch('/api/me/photo')).status).toBe(200)
      expect(emulator.requests('photo').at(-1)?.headers.host).toBe(hosts.graph)

      const { headers } = await browser.submit('/auth/logout')
      expect(headers['location']).toContain(`https://${hosts.issuer}/`)
      expect((await browser.fetch('/api/me')).status).toBe(401)
    },
    60_000,
  )
})
