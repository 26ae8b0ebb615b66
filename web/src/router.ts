/** The views of the content area. */
import { createRouter, createWebHistory } from 'vue-router'
import JournalView from './views/JournalView.vue'
import PhoneView from './views/PhoneView.vue'
import SettingsView from './views/SettingsView.vue'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/journal', name: 'journal', component: JournalView },
    { path: '/phone', name: 'phone', component: PhoneView },
    { path: '/settings', name: 'settings', component: SettingsView },
    { path: '/:path(.*)*', redirect: '/journal' },
  ],
})
