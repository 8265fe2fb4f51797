import { type GroupKey, groupKey } from '../held/group-key.ts';
import { Heap } from '../order/heap.ts';
import type { Arrival, PackedPane, Pane, Panes, Verdict, WindowTable } from './pane.ts';

interface Session extends Pane {
  /** In the order in which they began to be known. */
  readonly id: number;
  /** Has ended, and been told of. */
  closed: boolean;
  /** Has been told of as closed under its start. */
  told: boolean;
  /** Counts its appointments: only the last one holds; none where the session is part of another. */
  appointment: number | null;
}

interface Appointment {
  readonly due: number;
  readonly session: Session;
  readonly number: number;
}

type PackedSession = readonly [id: number, closed: boolean, told: boolean, pane: PackedPane];
interface SessionsState {
  readonly nextId: number;
  readonly sessions: readonly PackedSession[];
}

/**
 * Sessions: records of one group, each less than `gap` seconds from the next. A record can join two of them to one. A session ends
 * `gap` after its last record, and is remembered for `gap` longer, so that it is what a query over the same records would find, in
 * whatever order they came. A record is late when the session it would be alone has closed for good.
 */
export class Sessions implements WindowTable {
  readonly #gap: number;
  readonly #panes: Panes;
  /** By group, in order of time. */
  readonly #groups = new Map<GroupKey, Session[]>();
  readonly #due = new Heap<Appointment>((a, b) => a.due - b.due || a.session.id - b.session.id);
  #nextId = 0;
  #watermark = Number.NEGATIVE_INFINITY;

  constructor(gapSeconds: number, panes: Panes) {
    this.#gap = gapSeconds;
    this.#panes = panes;
  }

  add(record: Arrival): Verdict {
    const { time, values } = record;
    if (time + this.#gap + this.#panes.options.allowedLatenessSeconds <= this.#watermark) return 'late';
    const key = groupKey(record.key);
    const near = this.#groups.get(key)?.filter((each) => each.start - this.#gap < time && time < each.end) ?? [];
    const verdict = this.#panes.verdict([near[0] ?? null], values);
    if (verdict !== 'taken') return verdict;
    const session = this.#joined(near) ?? this.#begin(key, record);
    this.#extend(session, record);
    const isLate = session.end <= this.#watermark;
    if (isLate) session.told = true;
    if (session.closed !== isLate || session.appointment === 0) {
      session.closed = isLate;
      this.#appoint(session);
    }
    this.#panes.add(session, record, isLate);
    return 'taken';
  }

  close(watermark: number): void {
    this.#watermark = watermark;
    for (let next = this.#due.peek(); next && next.due <= watermark; next = this.#due.peek()) {
      this.#due.pop();
      if (next.session.appointment === next.number) this.#meet(next);
    }
  }

  tellEarly(): void {
    for (const sessions of this.#groups.values()) {
      for (const session of sessions) if (!session.closed && session.fresh > 0) this.#panes.tell(session, 'early');
    }
  }

  snapshot(): SessionsState {
    const sessions = [...this.#groups.values()].flat();
    const packed = sessions.map((each) => [each.id, each.closed, each.told, this.#panes.pack(each)] as const);
    return { nextId: this.#nextId, sessions: packed };
  }

  restore(state: unknown, watermark: number): void {
    this.#watermark = watermark;
    const { nextId, sessions } = state as SessionsState;
    this.#nextId = nextId;
    for (const [id, closed, told, pane] of sessions) {
      const session: Session = { ...this.#panes.unpack(pane), id, closed, told, appointment: 0 };
      const key = groupKey(session.key);
      this.#groups.set(key, [...(this.#groups.get(key) ?? []), session]);
      this.#appoint(session);
    }
  }

  /** The first of neighbours after it took in the second, which the record at hand connects it with. */
  #joined([first, second]: readonly Session[]): Session | undefined {
    if (!first || !second) return first;
    this.#retract(second);
    this.#panes.merge(first, second);
    first.end = second.end;
    this.#remove(second);
    return first;
  }

  #begin(key: GroupKey, record: Arrival): Session {
    const pane = this.#panes.make(record.time, record.time + this.#gap, record);
    const session: Session = { ...pane, id: this.#nextId++, closed: false, told: false, appointment: 0 };
    const sessions = this.#groups.get(key);
    if (!sessions) this.#groups.set(key, [session]);
    else sessions.splice(sessions.findLastIndex((each) => each.start < session.start) + 1, 0, session);
    return session;
  }

  #extend(session: Session, { time, place }: Arrival): void {
    session.end = Math.max(session.end, time + this.#gap);
    if (time >= session.start) return;
    this.#retract(session);
    Object.assign(session, { start: time, place, revision: 0, told: false });
  }

  /** What was told of it stands under a start that is no session's any more. */
  #retract(session: Session): void {
    if (session.revision === 0) return;
    const { fresh } = session;
    this.#panes.tell(session, 'retracted');
    session.fresh = fresh;
  }

  /** Comes back to the session when it ends, and when it can be forgotten. */
  #appoint(session: Session): void {
    session.appointment = (session.appointment ?? 0) + 1;
    this.#due.push({ due: this.#dueOf(session), session, number: session.appointment });
  }

  #dueOf({ closed, end }: Session): number {
    return closed ? end + this.#panes.options.allowedLatenessSeconds + this.#gap : end;
  }

  #meet({ session, due }: Appointment): void {
    // It may have gone on since; others may end before.
    if (this.#dueOf(session) > due) this.#appoint(session);
    else if (session.closed) this.#forget(session);
    else this.#end(session);
  }

  #end(session: Session): void {
    this.#panes.tell(session, session.told ? 'late' : 'on_time');
    session.closed = true;
    session.told = true;
    this.#appoint(session);
  }

  #forget(session: Session): void {
    this.#panes.forget(session);
    this.#remove(session);
  }

  #remove(session: Session): void {
    session.appointment = null;
    const key = groupKey(session.key);
    const sessions = this.#groups.get(key) ?? [];
    if (sessions.length <= 1) this.#groups.delete(key);
    else sessions.splice(sessions.indexOf(session), 1);
  }
}
