import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Child, serverCore } from '../world/child.ts'
import type { World } from '../world/world.ts'
import type { BenchServer } from './bench-server.ts'

const modules = '/usr/lib/apache2/modules'
const install = 'apt-get install apache2 libapache2-mod-auth-openidc'
const isInstalled =
  existsSync('/usr/sbin/apache2') && existsSync(join(modules, 'mod_auth_openidc.so'))

const server: BenchServer = {
  name: 'mod_auth_openidc, a file as the answer',
  quick: true,
  missing: isInstalled ? undefined : `mod_auth_openidc: ${install}`,
  start: (world, _sample, port) =>
    new Child(['/usr/sbin/apache2', '-D', 'FOREGROUND', '-f', writeSite(world, port)], {
      cores: [serverCore],
    }),
  ready: '/assets/app.js',
  login: '/protected/whoami',
  read: '/protected/whoami',
  me: '/api/me',
  asset: '/assets/app.js',
}

export const apache = server

/** The module's own answer about the session, made anew for each request. */
export const apacheInfo: BenchServer = {
  name: 'mod_auth_openidc, its info hook as the answer',
  missing: server.missing,
  start: server.start,
  ready: server.ready,
  login: '/protected/whoami',
  read: '/protected/callback?info=json',
  asset: server.ready,
}

/** @returns the path of the configuration */
function writeSite({ folder, assets, caFile, settings }: World, port: number): string {
  const site = join(folder, `apache-${String(port)}`)
  const path = join(site, 'apache.conf')
  mkdirSync(join(site, 'protected'), { recursive: true })
  const whoami = { authenticated: true, user: { name: 'Adele Vance' }, filler: 'x'.repeat(540) }
  writeFileSync(join(site, 'protected/whoami'), JSON.stringify(whoami))
  writeFileSync(path, configuration(site, assets, caFile, settings, port))
  return path
}

const loaded = [
  ...['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'alias', 'headers', 'mime', 'proxy'],
  ...['proxy_http', 'auth_openidc'],
]

function configuration(
  site: string,
  assets: string,
  caFile: string,
  { AUTHORITY, CLIENT_ID, CLIENT_SECRET, ENDPOINT }: World['settings'],
  port: number,
): string {
  return `ServerRoot "${site}"
ServerName localhost
Listen 127.0.0.1:${String(port)}
PidFile "${site}/apache.pid"
ErrorLog "${site}/error.log"
LogLevel error
${loaded.map((name) => `LoadModule ${name}_module "${modules}/mod_${name}.so"`).join('\n')}
User www-data
Group www-data
TypesConfig /etc/mime.types
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
DocumentRoot "${site}"
Alias "/assets" "${assets}"
OIDCProviderMetadataURL "${AUTHORITY}/v2.0/.well-known/openid-configuration"
OIDCClientID "${CLIENT_ID}"
OIDCClientSecret "${CLIENT_SECRET}"
OIDCRedirectURI "http://localhost:${String(port)}/protected/callback"
OIDCCryptoPassphrase "a secret of the bench"
OIDCScope "openid profile offline_access User.Read"
OIDCCABundlePath "${caFile}"
OIDCCacheType shm
OIDCCacheShmMax 20000
OIDCSessionType server-cache
OIDCInfoHook userinfo exp
OIDCPassClaimsAs environment
<Directory "${site}">
  Require all denied
</Directory>
<Directory "${assets}">
  Require all granted
</Directory>
<Location "/protected">
  AuthType openid-connect
  Require valid-user
  ForceType application/json
</Location>
<Location "/api/me">
  AuthType openid-connect
  Require valid-user
  OIDCUnAuthAction 401
  ProxyPass "${ENDPOINT}" keepalive=On
  RequestHeader set Authorization "Bearer %{OIDC_access_token}e"
  RequestHeader unset Cookie
</Location>
`
}
