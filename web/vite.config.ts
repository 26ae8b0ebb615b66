import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import VueI18nPlugin from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const gateway = process.env.HANDSET_GATEWAY ?? 'http://127.0.0.1:8470'

/** Names the build after what is in it: the names of its files end in hashes of their contents. */
const build: Plugin = {
  name: 'handset-build',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle = {} }) {
      const names = Object.keys(bundle).sort().join()
      const content = createHash('sha256').update(names).digest('hex').slice(0, 16)
      return [{ tag: 'meta', attrs: { name: 'build', content }, injectTo: 'head' }]
    },
  },
}

export default defineConfig({
  plugins: [vue(), VueI18nPlugin({ include: [path('./src/locales/*.json')] }), build],
  resolve: { alias: { '@': path('./src') } },
  define: { __INTLIFY_PROD_DEVTOOLS__: false, __VUE_I18N_LEGACY_API__: false },
  build: {
    // data: URLs are not allowed by the page's Content-Security-Policy
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    rollupOptions: { input: { index: path('./index.html'), docs: path('./docs.html') } },
  },
  worker: { format: 'es' },
  server: {
    proxy: {
      // the gateway accepts its own origin only
      '/api': { target: gateway, changeOrigin: true, ws: true, headers: { origin: gateway } },
    },
  },
  test: { environment: 'jsdom', include: ['tests/**/*.test.ts'] },
})
