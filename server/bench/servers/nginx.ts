import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Child, serverCore } from '../world/child.ts'
import type { World } from '../world/world.ts'
import type { BenchServer, Sample } from './bench-server.ts'

const modules = '/usr/lib/nginx/modules'
const install = 'apt-get install nginx libnginx-mod-http-lua'
const isInstalled =
  existsSync('/usr/sbin/nginx') && existsSync(join(modules, 'ngx_http_lua_module.so'))

/** What C does: a look-up of the cookie in a dictionary in shared memory, by Lua. Nobody signs in. */
export const nginx: BenchServer = {
  name: 'nginx, look-up in a dictionary by Lua',
  missing: isInstalled ? undefined : `nginx: ${install}`,
  start: (world, sample, port) =>
    new Child(['/usr/sbin/nginx', '-c', writeSite(world, sample, port), '-e', 'stderr'], {
      cores: [serverCore],
    }),
  ready: '/assets/app.js',
  read: '/api/session',
  me: '/api/me',
  asset: '/assets/app.js',
}

/** @returns the path of the configuration */
function writeSite({ folder, assets, settings }: World, sample: Sample, port: number): string {
  const site = join(folder, `nginx-${String(port)}`)
  const path = join(site, 'nginx.conf')
  mkdirSync(site)
  writeFileSync(path, configuration(site, assets, settings.ENDPOINT, sample, port))
  return path
}

function configuration(
  site: string,
  assets: string,
  endpoint: string,
  { sessionBody, cookie }: Sample,
  port: number,
): string {
  const { host, pathname } = new URL(endpoint)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${site}/${name};`,
  )
  return `load_module ${modules}/ndk_http_module.so;
load_module ${modules}/ngx_http_lua_module.so;
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${site}/nginx.pid;
events { worker_connections 1024; }
http {
${temporary.join('\n')}
  access_log off;
  keepalive_requests 100000000;
  types { text/javascript js; }
  lua_shared_dict sessions 32m;
  init_by_lua_block {
    local sessions = ngx.shared.sessions
    sessions:set([=[${cookie}]=], [=[${sessionBody}]=])
    sessions:set("token", "${'x'.repeat(2_000)}")
  }
  upstream graph { server ${host}; keepalive 64; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${String(port)};
    location /assets/ { alias ${assets}/; }
    location = /api/session {
      default_type application/json;
      content_by_lua_block {
        local body = ngx.shared.sessions:get(ngx.var.http_cookie or "")
        if not body then ngx.exit(401) end
        ngx.header["content-length"] = #body
        ngx.print(body)
      }
    }
    location = /api/me {
      access_by_lua_block {
        local sessions = ngx.shared.sessions
        if not sessions:get(ngx.var.http_cookie or "") then ngx.exit(401) end
        ngx.req.set_header("authorization", "Bearer " .. sessions:get("token"))
        ngx.req.clear_header("cookie")
      }
      proxy_pass http://graph${pathname};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`
}
