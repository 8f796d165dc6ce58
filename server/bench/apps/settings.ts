/** What the bench tells a program that it measures. */
export const settings = {
  port: Number(process.env['PORT'] ?? 0),
  /** The body that `GET /api/session` answers. */
  sessionBody: process.env['SESSION_BODY'] ?? '',
  /** Folder with `app.js`, the static asset. */
  assets: process.env['ASSETS'] ?? '.',
  /** Address of the profile at the stand-in for Graph. */
  endpoint: process.env['ENDPOINT'] ?? '',
  /** A token for programs in which nobody signs in. */
  accessToken: process.env['ACCESS_TOKEN'] ?? '',
  authority: process.env['AUTHORITY'] ?? '',
  clientId: process.env['CLIENT_ID'] ?? '',
  clientSecret: process.env['CLIENT_SECRET'] ?? '',
  /** Folder for a store of files. */
  folder: process.env['FOLDER'] ?? '',
}

export const origin = `http://localhost:${String(settings.port)}`
export const jsonType = 'application/json; charset=utf-8'
export const scopes = ['openid', 'profile', 'offline_access', 'User.Read']
