/**
 * Calls that ran at the same time took effect in an order that a trace does not show: each somewhere
 * between its beginning and its end. They are taken in the order of their ends, and in another one
 * where only that is allowed.
 */
import type { Event } from "./event.ts";

/** Orders to try when an event is refused: it, or one that ran beside it, took effect earlier. */
export function otherOrders(
  events: readonly Event[],
  refused: number,
): readonly (readonly Event[])[] {
  const event = events[refused];
  const own = event.began === undefined ? [] : earlier(events, refused, event.began);
  const beside = events.flatMap((other, i) =>
    i > refused && other.pid !== event.pid && (other.began ?? Infinity) < event.place.line
      ? [moved(events, i, refused)]
      : []
  );
  return [...own, ...beside];
}

/** The event before each of those that ended after it began, the last of them first. */
function earlier(events: readonly Event[], index: number, began: number) {
  const orders: (readonly Event[])[] = [];
  for (let to = index - 1; to >= 0 && events[to].place.line > began; to--) {
    if (events[to].pid === events[index].pid) break;
    orders.push(moved(events, index, to));
  }
  return orders;
}

function moved(events: readonly Event[], from: number, to: number): readonly Event[] {
  const rest = events.toSpliced(from, 1);
  return rest.toSpliced(to, 0, events[from]);
}
