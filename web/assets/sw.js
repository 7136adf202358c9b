// Keeps what was seen for when there is no connection: the page itself, one's codes, the offers looked at.
// Nothing is answered from the store while the server can be reached, except files whose name holds their hash.
const SHELL = 'vm-shell';
const SEEN = 'vm-seen'; // src/offline.rs removes it on signing out

const HASHED = /-[0-9a-f]{8,}(_bg)?\.(js|wasm|css)$|^\/fonts\//;
const KEPT = /^\/api\/v1\/(me|me\/claims|me\/allowances|claims\/[^/]+|offers(\/[^/]+(\/eligibility)?)?|partners|stats\/summary)$/;
const SEEN_MAX = 80;
const SHELL_MAX = 20;

addEventListener('install', (event) => {
  event.waitUntil(shell().then(() => skipWaiting()));
});

addEventListener('activate', (event) => {
  event.waitUntil(clients.claim());
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (!/^\/(docs|openapi\.json|health|metrics|api)\b/.test(url.pathname)) event.respondWith(page(request, url));
  } else if (HASHED.test(url.pathname)) {
    event.respondWith(fromStore(request));
  } else if (KEPT.test(url.pathname)) {
    event.respondWith(fromServer(request, url));
  }
});

// The page and the files that it names, so that it starts without a connection after the first visit.
async function shell() {
  const store = await caches.open(SHELL);
  const answer = await fetch('/', { cache: 'no-cache' });
  if (!answer.ok) return;
  await store.put('/', answer.clone());
  const html = await answer.text();
  const files = [...html.matchAll(/(?:href|src)="?(\/[^"\s>]+)/g)].map(([, file]) => file);
  const kept = [...new Set(files)].filter((file) => HASHED.test(file) || file === '/theme.js' || file === '/favicon.svg');
  await Promise.allSettled(kept.map(async (file) => (await store.match(file)) || store.add(file)));
}

// There are two pages: the console, kept once it was opened, and the one for everybody.
async function page(request, url) {
  const name = /^\/(console|join|invitation)(\/|$)/.test(url.pathname) ? '/console' : '/';
  try {
    const answer = await fetch(request);
    if (answer.ok) (await caches.open(SHELL)).put(name, answer.clone());
    return answer;
  } catch (error) {
    const kept = await caches.match(name, { cacheName: SHELL });
    if (kept) return kept;
    throw error;
  }
}

async function fromStore(request) {
  const store = await caches.open(SHELL);
  const kept = await store.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    await store.put(request, answer.clone());
    await trim(store, SHELL_MAX);
  }
  return answer;
}

async function fromServer(request, url) {
  try {
    const answer = await fetch(request);
    if (answer.ok) {
      const store = await caches.open(SEEN);
      await store.put(request, answer.clone());
      await trim(store, SEEN_MAX);
    } else if (answer.status === 401 && url.pathname === '/api/v1/me') {
      await caches.delete(SEEN);
    }
    return answer;
  } catch (error) {
    const kept = await caches.match(request, { cacheName: SEEN, ignoreVary: true });
    if (!kept) throw error;
    const headers = new Headers(kept.headers);
    headers.set('X-From-Cache', '1');
    return new Response(await kept.blob(), { status: kept.status, headers });
  }
}

// The oldest go first.
async function trim(store, max) {
  const keys = await store.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - max)).map((key) => store.delete(key)));
}
