// Puts a .br and a .gz beside each text and WASM file of a folder, so that the server compresses nothing by itself.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync, constants } from 'node:zlib';

const dir = process.argv[2];
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

for (const name of readdirSync(dir, { recursive: true }).sort()) {
  if (!/\.(wasm|js|css|html|svg|json|webmanifest|txt)$/.test(name)) continue;
  const plain = readFileSync(join(dir, name));
  const br = brotliCompressSync(plain, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    },
  });
  writeFileSync(join(dir, `${name}.br`), br);
  writeFileSync(join(dir, `${name}.gz`), gzipSync(plain, { level: 9 }));
  if (name.endsWith('.wasm')) console.log(`    ${name}: ${kb(plain.length)}, as sent ${kb(br.length)}`);
}
