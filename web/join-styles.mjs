// Joins the style sheets that Trunk has put into the page into one, so that a phone asks once.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const dir = process.env.TRUNK_STAGING_DIR;
const page = join(dir, 'index.html');
const link = /<link\b[^>]*\brel="?stylesheet"?[^>]*>/g;
const href = (tag) => tag.match(/\bhref="?([^"\s>]+)/)[1].replace(/^\//, '');

const html = readFileSync(page, 'utf8');
const files = [...html.matchAll(link)].map(([tag]) => href(tag));
const css = files.map((file) => readFileSync(join(dir, file), 'utf8')).join('\n');
const name = `styles-${createHash('sha256').update(css).digest('hex').slice(0, 16)}.css`;
files.forEach((file) => rmSync(join(dir, file)));
writeFileSync(join(dir, name), css);

let first = true;
const joined = html.replace(link, () => {
  const tag = first ? `<link rel="stylesheet" href="/${name}">` : '';
  first = false;
  return tag;
});
writeFileSync(page, joined);
