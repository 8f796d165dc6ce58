import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { registered } from '../support/config-problems.ts'

describe('AUTHORITY', () => {
  const tenant = '5f3b1c52-9d0e-4a57-8c3b-2f6a1e8d7c10'
  const settingFor = (value: string) => {
    const { setup } = loadConfig({ ...registered, AUTHORITY: value, ENDPOINT: '' })
    return setup.find(({ name }) => name === 'AUTHORITY')
  }

  test.each([
    [`https://login.microsoftonline.com/${tenant}`],
    ['https://login.microsoftonline.com/contoso.onmicrosoft.com'],
    ['https://login.microsoftonline.com/common'],
    ['https://login.microsoftonline.com/consumers'],
    ['https://login.microsoftonline.com/organizations/v2.0/', '/organizations'],
    ['https://login.microsoftonline.us/contoso.us'],
    ['https://login.partner.microsoftonline.cn/organizations'],
    [`https://login.sovcloud-identity.fr/${tenant}`],
    [`https://login.sovcloud-identity.de/${tenant}`],
    [`https://login.sovcloud-identity.sg/${tenant}`],
    [`https://contoso.ciamlogin.com/${tenant}`],
    ['https://contoso.ciamlogin.com/contoso.onmicrosoft.com'],
    ['https://contoso.ciamlogin.com/', '/contoso.onmicrosoft.com'],
    ['https://contoso.ciamlogin.com', '/contoso.onmicrosoft.com'],
    [`https://login.contoso.com/${tenant}`],
    [`http://localhost:4000/${tenant}`],
  ])('the authority %s is accepted', (value, path = new URL(value).pathname) => {
    const { entra } = loadConfig({ ...registered, AUTHORITY: value, ENDPOINT: '' })
    expect(entra?.authority).toBe(`${new URL(value).origin}${path}`)
  })

  test.each([
    [`https://login.windows.net/${tenant}`, 'Write https://login.microsoftonline.com/'],
    [`https://login.microsoft.com/${tenant}`, 'Write https://login.microsoftonline.com/'],
    [`https://sts.windows.net/${tenant}/`, 'Write https://login.microsoftonline.com/'],
    ['https://login.chinacloudapi.cn/common', 'Write https://login.partner.microsoftonline.cn/'],
    ['https://login.microsoftonline.com/', 'Must end in one tenant'],
    ['https://login.microsoftonline.com/contoso', 'Must end in one tenant'],
    [`https://login.microsoftonline.com/${tenant}/oauth2`, 'Must end in one tenant'],
    [`https://login.microsoftonline.com/${tenant}?x=y`, 'Must end after the tenant'],
    [`https://me:pw@login.microsoftonline.com/${tenant}`, 'Must end after the tenant'],
    ['https://login.microsoftonline.us/consumers', 'This cloud has no personal accounts'],
    ['https://contoso.ciamlogin.com/common', 'Must name the tenant'],
    ['https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin', 'B2C is not supported'],
    [
      'https://login.microsoftonline.com/tfp/contoso.onmicrosoft.com/B2C_1_x',
      'B2C is not supported',
    ],
    ['https://login.contoso.com/contoso.onmicrosoft.com/B2C_1A_x', 'B2C is not supported'],
    ['https://fs.contoso.com/adfs', 'AD FS is not supported'],
    ['https://login.contoso.com/', 'Must end in one tenant'],
  ])('the authority %s is invalid, and the Setup view says what to write', (value, sentence) => {
    expect(settingFor(value)).toMatchObject({
      status: 'invalid',
      detail: expect.stringContaining(sentence) as string,
    })
  })
})
