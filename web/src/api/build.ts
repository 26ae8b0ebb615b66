/** Which build of the page this is, and which one the gateway would serve now. */
import { computed, ref } from 'vue'

const own = document.querySelector<HTMLMetaElement>('meta[name=build]')?.content
const served = ref<string | null>(null)

/** The gateway has been updated since this page was loaded. */
export const isOutdated = computed(
  () => own !== undefined && served.value !== null && served.value !== own,
)

/** What an answer of the gateway said; null if it said nothing. */
export function noteBuild(build: string | null): void {
  if (build !== null) served.value = build
}
