// The small program between this process and a command on Linux: nothing the command starts can leave its keeping.
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import type { SpawnLeftovers, SpawnRequest } from '../kernel/index.ts'

/** Between asking and killing, when the guard is told to end its command; STRAY_GRACE_MS is for what a finished one left. */
export const TERMINATION_GRACE_MS = 2_000
export const STRAY_GRACE_MS = 200
/** So long what a finished command left may end by itself, as the far end of a pipe does, before it counts as left. */
const LINGER_MS = 50
/** Rounds of killing, 10 ms apart, before the guard says that something cannot be killed. */
const KILL_ROUND_LIMIT = 200
/** Names of leftovers reported at most; all of them are counted. */
const NAME_LIMIT = 20

/*
 * What a reader needs to know about the program:
 * - It is a "child subreaper" (prctl(2), PR_SET_CHILD_SUBREAPER): whatever of its descendants loses its parent becomes its
 *   child, whatever it did to its session, group, environment and descriptors. So waitpid saying ECHILD is proof that nothing is left.
 * - It ends with the process that started it (PR_SET_PDEATHSIG), also after kill -9, and takes the command along; the
 *   command in turn is killed with the guard, should somebody kill that.
 * - It runs no shell, loads no module, and tells what it saw on a descriptor of its own. The command gets neither this one
 *   nor any other that the process which started us happened to leave open.
 * - Taking another user drops the supplementary groups and, with no_new_privs, every way back (sudo, setuid files).
 */
const PROGRAM = `
my ($prctl, $setsid, $report, $parent, $extra, $uid, $gid, $linger, $stray, $grace, $rounds, $limit, @command) = @ARGV;
open(my $out, '>>&=', $report) or exit 125;
fcntl($out, 2, 1);
sub tell_line { syswrite($out, "$_[0]\\n") }
my $reaps = syscall($prctl, 36, 1, 0, 0, 0) == 0 ? 1 : 0;
syscall($prctl, 1, 15, 0, 0, 0);
my $child;
sub family {
  my %kids;
  opendir(my $dir, '/proc') or return ();
  for my $pid (grep { /^[0-9]+$/ } readdir $dir) {
    open(my $file, '<', "/proc/$pid/stat") or next;
    my $text = <$file>;
    next unless defined $text && $text =~ /^\\d+ \\((.*)\\) (\\S) (\\d+) /s;
    push @{ $kids{$3} }, [$pid, $1, $2];
  }
  my (@found, @next) = ();
  @next = ($$);
  while (defined(my $at = shift @next)) {
    for my $kid (@{ $kids{$at} || [] }) { push @found, $kid; push @next, $kid->[0] }
  }
  return grep { $_->[2] !~ /[ZX]/ } @found;
}
sub send_all { kill $_[0], map { $_->[0] } family() }
sub finish_family { send_all('TERM'); $SIG{ALRM} = sub { send_all('KILL'); alarm 1 }; alarm $grace }
$SIG{$_} = 'IGNORE' for qw(HUP INT QUIT USR1 USR2 PIPE ALRM);
my $asked = 0;
$SIG{TERM} = sub { finish_family() unless $asked++ };
exit 125 if getppid() != $parent;
$child = fork;
if (!defined $child) { tell_line('error ' . ($! + 0)); exit 125 }
if ($child == 0) {
  $SIG{$_} = 'DEFAULT' for qw(HUP INT QUIT USR1 USR2 PIPE ALRM TERM);
  syscall($setsid);
  my @kept = ();
  if (opendir(my $dir, '/proc/self/fd')) {
    for my $fd (grep { /^[0-9]+$/ && $_ > $report } readdir $dir) {
      if (open(my $file, '<&=', $fd)) { fcntl($file, 2, 1); push @kept, $file }
    }
  }
  if ($uid >= 0) {
    $) = "$gid $gid"; $( = $gid; ($<, $>) = ($uid, $uid);
    if ($< != $uid || $> != $uid || $( + 0 != $gid || $) ne "$gid $gid") { tell_line('error 1'); exit 125 }
    if (syscall($prctl, 38, 1, 0, 0, 0) != 0) { tell_line('error 1'); exit 125 }
  }
  syscall($prctl, 1, 9, 0, 0, 0);
  exec { $command[0] } @command;
  tell_line('error ' . ($! + 0));
  exit 125;
}
close STDIN; close STDOUT; close STDERR;
for my $fd (3 .. 2 + $extra) { open(my $file, '>>&=', $fd); close $file if $file }
tell_line("pid $child $reaps");
my $status;
until (defined $status) {
  my $pid = waitpid(-1, 0);
  if ($pid == $child) { $status = $? }
  elsif ($pid == -1 && $! + 0 == 10) { $status = 0x7f00 }
}
alarm 0;
$SIG{TERM} = 'IGNORE';
my (%left, $round, $waited) = ();
for (;;) {
  my $pid = waitpid(-1, 1);
  next if $pid > 0;
  last if $pid == -1;
  if ($waited >= $linger) {
    my @alive = family();
    $left{$_->[0]} = $_->[1] for @alive;
    kill $waited >= $stray ? 'KILL' : 'TERM', map { $_->[0] } @alive if $waited >= $stray || !$round;
    last if ++$round > $rounds;
  }
  my $pause = $waited < $linger ? 2 : 10;
  select(undef, undef, undef, $pause / 1000);
  $waited += $pause;
}
my $count = keys %left;
if ($count) {
  my $survived = 0 + grep { exists $left{$_->[0]} } family();
  tell_line("left $count $survived");
  my $told = 0;
  for my $pid (sort { $a <=> $b } keys %left) {
    last if $told++ >= $limit;
    (my $name = $left{$pid}) =~ s/[^A-Za-z0-9._+-]/?/g;
    tell_line("name $name");
  }
}
tell_line("end $status");
`

/** Numbers of prctl and setsid, which differ by processor (asm/unistd.h). */
const SYSTEM_CALLS: Readonly<Record<string, readonly [number, number]>> = {
  x64: [157, 112],
  arm64: [167, 157],
}
const PERL_FILES = ['/usr/bin/perl', '/bin/perl', '/usr/local/bin/perl']

export interface GuardCall {
  readonly file: string
  readonly args: readonly string[]
}

/**
 * How to start the request's command under a guard; undefined where there is none: not Linux, another processor, no perl.
 * The report goes to the descriptor after the request's extra outputs.
 */
export function guardCall(request: SpawnRequest): GuardCall | undefined {
  const file = findPerl()
  const calls = SYSTEM_CALLS[process.arch]
  if (file === undefined || calls === undefined) return undefined
  const { extraOutputs = 0, user } = request
  const numbers = [
    ...calls,
    3 + extraOutputs,
    process.pid,
    extraOutputs,
    user?.uid ?? -1,
    user?.gid ?? -1,
    LINGER_MS,
    STRAY_GRACE_MS,
    TERMINATION_GRACE_MS / 1_000,
    KILL_ROUND_LIMIT,
    NAME_LIMIT,
  ]
  return {
    file,
    args: ['-e', PROGRAM, '--', ...numbers.map(String), request.file, ...request.args],
  }
}

let perl: string | undefined | null = null

function findPerl(): string | undefined {
  if (perl === null) {
    perl = process.platform === 'linux' ? PERL_FILES.find((file) => existsSync(file)) : undefined
  }
  return perl
}

/** What a guard told; each part is absent when it did not come so far. */
export interface GuardReport {
  /** The command's own process. */
  readonly pid?: number
  readonly startError?: string
  readonly end?: { readonly code: number | null; readonly signal: string | null }
  /** True when it is certain that nothing of the command is left. */
  readonly isClean: boolean
  readonly leftovers?: SpawnLeftovers
}

export function readGuardReport(text: string): GuardReport {
  const lines = text.split('\n').map((line) => line.split(' '))
  const find = (word: string): readonly string[] | undefined =>
    lines.find(([first]) => first === word)
  const [, pid, reaps] = find('pid') ?? []
  const error = find('error')?.[1]
  const status = find('end')?.[1]
  const [, count, survived] = find('left') ?? []
  return {
    ...(pid === undefined ? {} : { pid: Number(pid) }),
    ...(error === undefined ? {} : { startError: errnoName(Number(error)) }),
    ...(status === undefined ? {} : { end: endOf(Number(status)) }),
    isClean: reaps === '1' && status !== undefined && (survived ?? '0') === '0',
    ...(count === undefined
      ? {}
      : {
          leftovers: {
            count: Number(count),
            survivedCount: Number(survived),
            names: lines.filter(([first]) => first === 'name').map(([, name = '?']) => name),
          },
        }),
  }
}

/** A wait status as of wait(2): the signal in the low seven bits, the exit code above them. */
function endOf(status: number): { readonly code: number | null; readonly signal: string | null } {
  const signal = status & 0x7f
  if (signal === 0) return { code: status >> 8, signal: null }
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0]
  return { code: null, signal: name ?? `SIG${signal}` }
}

function errnoName(errno: number): string {
  return Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `E${errno}`
}
