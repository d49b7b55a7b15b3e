// A hand for a real browser: each line on standard input is a command as JSON, each line on standard output its answer.
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const [executablePath, ...args] = process.argv.slice(2)
const browser = await chromium.launch({ executablePath, args })
let context
let page

const commands = {
  anew: async ({ locale = 'zh-CN', width = 1280, height = 800 }) => {
    await context?.close()
    context = await browser.newContext({ locale, viewport: { width, height }, javaScriptEnabled: false })
    context.setDefaultTimeout(30_000)
    page = await context.newPage()
  },
  open: ({ url }) => page.goto(url),
  fill: ({ label, text }) => page.getByLabel(label, { exact: true }).fill(text),
  press: ({ button }) => page.getByRole('button', { name: button, exact: true }).click(),
  follow: ({ link }) => page.getByRole('link', { name: link, exact: true }).click(),
  arrive: ({ url }) => page.waitForURL((at) => at.href.startsWith(url)),
  picture: ({ path }) => page.screenshot({ path, fullPage: true }),
  look: async () => ({ url: page.url(), title: await page.title(), text: await page.innerText('body') }),
}

console.log(JSON.stringify({ done: true }))
for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...how } = JSON.parse(line)
  try {
    console.log(JSON.stringify({ done: true, seen: (await commands[command](how)) ?? null, ...(await where()) }))
  } catch (error) {
    console.log(JSON.stringify({ done: false, error: String(error), ...(await where()) }))
  }
}
await browser.close()

async function where() {
  return page ? { url: page.url() } : {}
}
