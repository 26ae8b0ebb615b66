import { fileURLToPath } from 'node:url'
import VueI18nPlugin from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const gateway = process.env.HANDSET_GATEWAY ?? 'http://127.0.0.1:8470'

export default defineConfig({
  plugins: [vue(), VueI18nPlugin({ include: [path('./src/locales/*.json')] })],
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
