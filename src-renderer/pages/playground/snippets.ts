/**
 * The same request in three languages, against the serving address and with the key left open. Long values
 * (pictures, big tensors) are read from a file, since nobody pastes a megabyte into a terminal.
 */
import { jsonText } from './json-text.ts'

type Language = 'curl' | 'typescript' | 'python'
type Request = { servingUrl: string; model: string; version: string | null; inputs: unknown }

const inlineBytesMax = 2000

export const snippets: Record<
  Language,
  { label: string; file: string; write: (request: Request) => string }
> = {
  curl: { label: 'curl', file: 'sh', write: curl },
  typescript: { label: 'TypeScript', file: 'ts', write: typescript },
  python: { label: 'Python', file: 'py', write: python },
}

const address = ({ servingUrl, model, version }: Request) =>
  `${servingUrl}/v1/models/${model}${version === null ? '' : `@${version}`}/predict`

/** What `request.json` of the code holds; null where the code has the whole request in it. */
export const requestFile = (inputs: unknown): string | null => {
  const text = JSON.stringify({ inputs })
  return text.length > inlineBytesMax ? text : null
}

function body(request: Request, write: (value: unknown) => string) {
  const text = write({ inputs: request.inputs })
  return text.length > inlineBytesMax ? null : text
}

function curl(request: Request): string {
  const text = body(request, JSON.stringify)
  return [
    `curl -sS ${shell(address(request))} \\`,
    `  -H "Authorization: Bearer $OUTPOST_KEY" \\`,
    `  -H "Content-Type: application/json" \\`,
    text === null ? '  --data-binary @request.json' : `  -d ${shell(text)}`,
  ].join('\n')
}

function typescript(request: Request): string {
  const text = body(request, jsonText)
  return [
    ...(text === null ? ["import { readFile } from 'node:fs/promises'", ''] : []),
    `const answer = await fetch('${address(request)}', {`,
    "  method: 'POST',",
    '  headers: {',
    `    authorization: \`Bearer ${'$'}{process.env.OUTPOST_KEY}\`,`,
    "    'content-type': 'application/json',",
    '  },',
    text === null
      ? "  body: await readFile('request.json'),"
      : `  body: JSON.stringify(${text.replaceAll('\n', '\n  ')}),`,
    '})',
    'if (!answer.ok) throw new Error(await answer.text())',
    'console.log(await answer.json())',
  ].join('\n')
}

function python(request: Request): string {
  const text = body(request, JSON.stringify)
  return [
    ...(text === null ? [] : ['import json']),
    'import os',
    'import urllib.request',
    '',
    'request = urllib.request.Request(',
    `    "${address(request)}",`,
    text === null
      ? '    data=open("request.json", "rb").read(),'
      : `    data=${pythonString(text)}.encode(),`,
    '    headers={',
    '        "Authorization": f"Bearer {os.environ[\'OUTPOST_KEY\']}",',
    '        "Content-Type": "application/json",',
    '    },',
    ')',
    'with urllib.request.urlopen(request) as answer:',
    text === null ? '    print(answer.read().decode())' : '    print(json.load(answer))',
  ].join('\n')
}

/** A vector of a text, by the client of OpenAI's API: what programs that know no other API begin with. */
export function openAiSnippet({ servingUrl, model, version }: Omit<Request, 'inputs'>, text: string): string {
  const name = version === null ? model : `${model}@${version}`
  return [
    'import os',
    '',
    'from openai import OpenAI',
    '',
    `client = OpenAI(base_url="${servingUrl}/v1", api_key=os.environ["OUTPOST_KEY"])`,
    `answer = client.embeddings.create(model="${name}", input=[${pythonString(text)}])`,
    'print(answer.data[0].embedding)',
  ].join('\n')
}

/** In single quotes a POSIX shell changes nothing but the quote itself. */
const shell = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
/** A JSON string is a Python string too, apart from surrogates and the few escapes that JSON does not write. */
const pythonString = (text: string) => JSON.stringify(text)
