/** What the address says: which area is chosen. */
import { createRouter, createWebHistory } from 'vue-router'
import ChatView from './views/ChatView.vue'
import JournalView from './views/JournalView.vue'
import SettingsView from './views/SettingsView.vue'
import TeamsView from './views/TeamsView.vue'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/chat/:id?', name: 'chat', component: ChatView },
    { path: '/journal', name: 'journal', component: JournalView },
    { path: '/teams', name: 'teams', component: TeamsView },
    { path: '/settings', name: 'settings', component: SettingsView },
    // no views of the content: ShellLayout shows these beside it or in its place
    { path: '/contacts', name: 'contacts', components: {} },
    { path: '/dial', name: 'dial', components: {} },
    { path: '/phone', name: 'phone', components: {} },
    { path: '/:path(.*)*', redirect: '/journal' },
  ],
})
