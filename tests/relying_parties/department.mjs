// A department's system in Node: logs people in through the platform by openid-client, a certified library.
// ISSUER, CLIENT_ID, CLIENT_SECRET and PORT come from the environment; docs/oidc.md tells the steps.
import { createServer } from 'node:http'
import { randomUUID } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as oidc from 'openid-client'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT, SCOPE = 'openid profile', ACR_VALUES } = process.env
const home = `http://localhost:${PORT}`
const plainHttp = ISSUER.startsWith('http://') ? [oidc.allowInsecureRequests] : [] // the platform on one's own machine
const provider = await oidc.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, { execute: plainHttp })
const keys = createRemoteJWKSet(new URL(provider.serverMetadata().jwks_uri))
const sessions = new Map() // by our own cookie: what the provider gave; of a log-in under way, what it will be held to

const routes = {
  'GET /': async (request, response) => show(response, sessionOf(request)?.claims ? await account(sessionOf(request)) : {}),

  'GET /login': async (request, response, url) => {
    const verifier = oidc.randomPKCECodeVerifier()
    const check = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() }
    const id = randomUUID()
    sessions.set(id, { check })
    response.setHeader('Set-Cookie', `department=${id}; Path=/; HttpOnly; SameSite=Lax`)
    redirect(response, oidc.buildAuthorizationUrl(provider, {
      redirect_uri: `${home}/callback`,
      scope: SCOPE,
      state: check.expectedState,
      nonce: check.expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(ACR_VALUES ? { acr_values: ACR_VALUES } : {}),
      ...Object.fromEntries(url.searchParams), // prompt, max_age, login_hint, ui_locales
    }))
  },

  'GET /callback': async (request, response, url) => {
    const session = sessionOf(request)
    const tokens = await oidc.authorizationCodeGrant(provider, url, { ...session.check, idTokenExpected: true })
    Object.assign(session, { check: undefined, tokens, claims: tokens.claims() })
    redirect(response, home)
  },

  'GET /refresh': async (request, response) => {
    const session = sessionOf(request)
    session.tokens = await oidc.refreshTokenGrant(provider, session.tokens.refresh_token)
    const { active } = await oidc.tokenIntrospection(provider, session.tokens.access_token)
    show(response, { active, sub: session.tokens.claims().sub })
  },

  'GET /logout': async (request, response) => {
    const { tokens } = sessionOf(request)
    redirect(response, oidc.buildEndSessionUrl(provider, {
      post_logout_redirect_uri: `${home}/bye`,
      id_token_hint: tokens.id_token,
    }))
  },

  'GET /bye': async (request, response) => show(response, { bye: true }),

  // The platform tells us of the end of a log-in, whoever ended it (OpenID Connect Back-Channel Logout 1.0).
  'POST /backchannel-logout': async (request, response) => {
    let form = ''
    for await (const chunk of request) form += chunk
    const { payload } = await jwtVerify(new URLSearchParams(form).get('logout_token'), keys, {
      issuer: ISSUER, audience: CLIENT_ID, typ: 'logout+jwt', requiredClaims: ['sid', 'jti', 'events'],
    })
    if (!payload.events['http://schemas.openid.net/event/backchannel-logout'] || payload.nonce) throw new Error('no log-out')
    for (const [id, { claims }] of sessions) if (claims?.sid === payload.sid) sessions.delete(id)
    response.writeHead(200, { 'Cache-Control': 'no-store' }).end()
  },
}

async function account({ tokens, claims }) {
  const user = await oidc.fetchUserInfo(provider, tokens.access_token, claims.sub)
  return { ...user, acr: claims.acr, amr: claims.amr }
}

function sessionOf(request) {
  return sessions.get(/(?:^|; )department=([^;]+)/.exec(request.headers.cookie ?? '')?.[1])
}

const redirect = (response, url) => response.writeHead(303, { Location: String(url) }).end()
const show = (response, what) => response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(what))

createServer(async (request, response) => {
  const url = new URL(request.url, home)
  try {
    const route = routes[`${request.method} ${url.pathname}`]
    await (route ? route(request, response, url) : response.writeHead(404).end())
  } catch (error) {
    response.writeHead(400, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ error: error.error ?? error.code ?? String(error) }))
  }
}).listen(Number(PORT), 'localhost', () => console.log('ready'))
