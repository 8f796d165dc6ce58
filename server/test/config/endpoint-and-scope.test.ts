import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { callsOf } from '../../src/downstream/calls.ts'
import { problemsOf, registered } from '../support/config-problems.ts'

describe('ENDPOINT and SCOPE', () => {
  const gov = 'https://login.microsoftonline.us/organizations'
  const external = 'https://contoso.ciamlogin.com/'

  test.each([
    ['https://login.microsoftonline.com/common', 'https://graph.microsoft.com'],
    [gov, 'https://graph.microsoft.us'],
    ['https://login.partner.microsoftonline.cn/common', 'https://microsoftgraph.chinacloudapi.cn'],
    ['https://login.sovcloud-identity.fr/organizations', 'https://graph.svc.sovcloud.fr'],
    ['https://login.sovcloud-identity.de/organizations', 'https://graph.svc.sovcloud.de'],
    ['https://login.sovcloud-identity.sg/organizations', 'https://graph.svc.sovcloud.sg'],
    [external, 'https://graph.microsoft.com'],
  ])('for AUTHORITY %s, all calls go to the Graph of the same cloud: %s', (AUTHORITY, graph) => {
    const config = loadConfig({ ...registered, AUTHORITY })
    expect(config.endpoint).toBe(`${graph}/v1.0/me`)
    for (const { resource } of callsOf(config)) expect(resource).toBe(graph)
  })

  test.each([
    [{ AUTHORITY: gov, ENDPOINT: 'https://graph.microsoft.com/v1.0/me' }, 'ENDPOINT must be on'],
    [{ AUTHORITY: gov, SCOPE: 'https://graph.microsoft.com/User.Read' }, 'SCOPE must be short'],
    [{ SCOPE: 'api://some-api/read' }, 'SCOPE must be short names such as User.Read'],
    [{ ENDPOINT: 'https://api.example.com/v1.0/me' }, 'SCOPE must name the API at ENDPOINT'],
    [
      { ENDPOINT: 'https://api.example.com/', SCOPE: 'api://some-api/read User.Read' },
      'such as api://',
    ],
    [{ ENDPOINT: 'https://api.example.com/', SCOPE: 'openid' }, 'SCOPE must name the API'],
    [
      { ENDPOINT: 'https://api.example.com/', SCOPE: 'HTTPS://graph.microsoft.com/User.Read' },
      'SCOPE must name the API',
    ],
    [
      {
        ENDPOINT: 'https://api.example.com/',
        SCOPE: '00000003-0000-0000-c000-000000000000/User.Read',
      },
      'SCOPE must name the API',
    ],
    [
      {
        ENDPOINT: 'https://graph.microsoft.com.evil.example/v1.0/me',
        SCOPE: 'https://graph.microsoft.us/.default',
      },
      'SCOPE must name the API',
    ],
  ])(
    'settings that would send a token to an API that it is not for are refused: %j',
    (env, problem) => {
      expect(problemsOf({ ...registered, ...env }).join()).toContain(problem)
    },
  )

  test.each([
    { AUTHORITY: gov, ENDPOINT: 'https://dod-graph.microsoft.us/v1.0/me' },
    { AUTHORITY: gov, SCOPE: 'https://graph.microsoft.us/User.Read' },
    { ENDPOINT: 'https://graph.microsoft.com/beta/me', SCOPE: 'openid User.Read' },
    { ENDPOINT: 'https://api.example.com/orders', SCOPE: 'openid api://some-api/read' },
    { ENDPOINT: 'http://localhost:5000/orders', SCOPE: 'User.Read' },
  ])('ENDPOINT and SCOPE of the same API are accepted: %j', (env) => {
    expect(problemsOf({ ...registered, ...env })).toEqual([])
  })

  test.each([
    ['https://api.example.com/v1.0/me', 'api://some-api/read', 'https://graph.microsoft.com'],
    ['https://graph.microsoft.com/beta/me', 'User.Read', 'https://graph.microsoft.com'],
    ['http://127.0.0.1:4000/v1.0/me', 'User.Read', 'http://127.0.0.1:4000'],
    ['http://127.0.0.1:4000/orders', 'api://some-api/read', 'https://graph.microsoft.com'],
  ])(
    'with ENDPOINT %s and SCOPE %s, the other calls go to Graph at %s',
    (ENDPOINT, SCOPE, graph) => {
      const [, ...others] = callsOf(loadConfig({ ...registered, ENDPOINT, SCOPE }))
      expect(others).toHaveLength(5)
      for (const { resource } of others) expect(resource).toBe(graph)
    },
  )
})
