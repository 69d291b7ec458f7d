// Compiled while a binary is linked, with the macros of Bazel's workspace status
// (tools/build/workspace_status.sh) when it is stamped: another commit compiles
// this file alone.
extern "C" {
#ifdef STABLE_GIT_COMMIT
extern const char kRegistrydBuildCommit[] = STABLE_GIT_COMMIT;
#else
extern const char kRegistrydBuildCommit[] = "unknown";
#endif
}
