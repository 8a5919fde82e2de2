// Finds a deadlock in who waits for whom, and who has to give way.

/**
 * Of the circles of waiting parties through `start`, takes the one whose youngest member is the oldest, and returns that
 * member; null when there is no circle. Aborting it therefore never turns out to have been needless: a circle without it
 * has a younger member still, which has to go whatever happens here.
 *
 * This is Dijkstra's search where a path costs its youngest member. The graph is as small as the contention.
 */
export function victimOf<Party>(
  start: Party,
  seniorityOf: (party: Party) => number,
  blockersOf: (party: Party) => Iterable<Party>,
): Party | null {
  const youngestOnTheWay = new Map([[start, start]]);
  const open = new Set([start]);
  const cost = (party: Party) => seniorityOf(youngestOnTheWay.get(party)!);
  while (open.size > 0) {
    const party = [...open].reduce((best, other) => (cost(other) < cost(best) ? other : best));
    const youngest = youngestOnTheWay.get(party)!;
    open.delete(party);
    for (const blocker of blockersOf(party)) {
      if (blocker === start) return youngest;
      if (youngestOnTheWay.has(blocker)) continue;
      youngestOnTheWay.set(blocker, seniorityOf(blocker) > seniorityOf(youngest) ? blocker : youngest);
      open.add(blocker);
    }
  }
  return null;
}
