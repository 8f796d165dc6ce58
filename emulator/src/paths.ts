/** The paths below the segment of an authority. */
export const tenantPaths = {
  openidConfiguration: 'v2.0/.well-known/openid-configuration',
  keys: 'discovery/v2.0/keys',
  instance: 'discovery/instance',
  kerberos: 'kerberos',
  authorize: 'oauth2/v2.0/authorize',
  /** Entra has no such path: the emulator's account picker and consent page post here. */
  login: 'login',
  token: 'oauth2/v2.0/token',
  deviceCode: 'oauth2/v2.0/devicecode',
  logout: 'oauth2/v2.0/logout',
} as const

export const devicePath = '/devicelogin'
export const userinfoPath = '/oidc/userinfo'
export const graphPrefix = '/v1.0/'
