/** Cuts and repetitions in a voice that are hardly heard: whole periods of it, where it is alike. */

export function blend(from: number, to: number, share: number): number {
  return from * (1 - share) + to * share
}

/** Where in `sound`, from `first` to `last`, the part of this length is that is most like the one at `like`. */
export function closestMatch(
  sound: (index: number) => number,
  like: number,
  length: number,
  first: number,
  last: number,
): number {
  let [best, bestLikeness] = [first, -Infinity]
  for (let start = first; start <= last; start++) {
    let [product, energy] = [0, 1e-9]
    for (let i = 0; i < length; i += STEP) {
      const sample = sound(start + i)
      product += sample * sound(like + i)
      energy += sample * sample
    }
    const likeness = product / Math.sqrt(energy)
    if (likeness > bestLikeness) [best, bestLikeness] = [start, likeness]
  }
  return best
}

/** At 48 kHz a third of the samples is enough to tell, and takes a third of the time. */
const STEP = 3
