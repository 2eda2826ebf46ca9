# Sourced by what must not run twice at once in one folder; $python is any Python. The second waits for the first.
# The system takes the lock back when the process ends, however it ends, so none is ever left behind.
mkdir -p .build
exec 9> .build/lock
lock() { "$python" -c "import fcntl; fcntl.flock(9, fcntl.LOCK_EX$1)" 2> /dev/null; }
lock '|fcntl.LOCK_NB' || { echo 'Another make is at work in this folder; waiting for it to end ...'; lock '' || true; }
