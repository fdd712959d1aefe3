! SPDX-License-Identifier: LGPL-2.1-or-later
!
! ckptstate.f90: libckptstate for Fortran 2003 and later, see ckptstate(3).
!
! Compile this file with the program, as the files of modules differ between
! compilers:
!
! gfortran -o program \
!   $(pkg-config --variable=fortran ckptstate) program.f90 \
!   $(pkg-config --libs ckptstate)
!
! The functions have the names and the meaning that they have in C.  Each returns
! a status, CKPT_OK or another, and fills the argument message, which may be left
! out, with a sentence for every status but CKPT_OK.  Paths and texts have no
! blanks at their end.  What isn't here: ckpt_list and ckpt_verify.
module ckptstate
  use, intrinsic :: iso_c_binding
  implicit none
  private

  public :: ckpt_store, ckpt_stage, ckpt_version
  public :: ckpt_open, ckpt_close, ckpt_dir, ckpt_run, ckpt_schema
  public :: ckpt_begin, ckpt_shard_begin, ckpt_stage_dir, ckpt_add
  public :: ckpt_stage_progress, ckpt_note, ckpt_commit, ckpt_abort
  public :: ckpt_restore, ckpt_read_note, ckpt_last_save
  public :: ckpt_progress, ckpt_done, ckpt_time_left, ckpt_requested
  public :: ckpt_notice_install, ckpt_notice_pending, ckpt_notice_clear

  integer(c_int), parameter, public :: &
    CKPT_OK = 0, CKPT_NONE = 1, CKPT_STALE = 2, CKPT_UNSURE = 3, &
    CKPT_EINVAL = 4, CKPT_EIO = 5, CKPT_DAMAGED = 6, &
    CKPT_FOREIGN = 7, CKPT_IS_SCHEMA = 8, CKPT_NEWER = 9, &
    CKPT_LIMIT = 10, CKPT_ENOMEM = 11
  integer(c_int), parameter, public :: &
    CKPT_READ = 0, CKPT_WRITE = 1, CKPT_CREATE = 2
  integer(c_int), parameter, public :: CKPT_RUN_PRESENT = -1
  ! The signal that requests to save, as POSIX numbers it.
  integer(c_int), parameter, public :: CKPT_SIGTERM = 15

  type :: ckpt_store
    private
    type(c_ptr) :: handle = c_null_ptr
  end type

  type :: ckpt_stage
    private
    type(c_ptr) :: handle = c_null_ptr
  end type

  ! One committed version; the members are those of C.
  type :: ckpt_version
    integer :: number = 0, run = 0, files = 0, shards = 0
    integer(c_int64_t) :: time_s = 0, bytes = 0
    real(c_double) :: progress = -1
  end type

  type, bind(C) :: c_error
    integer(c_int) :: errnum
    character(c_char) :: text(512)
  end type

  type, bind(C) :: c_version
    integer(c_int32_t) :: number, run
    integer(c_int64_t) :: time_s
    real(c_double) :: progress
    integer(c_int64_t) :: bytes
    integer(c_int32_t) :: files, schema
    character(c_char) :: schema_name(64)
    integer(c_int32_t) :: strikes
    logical(c_bool) :: is_aside
    character(c_char) :: reason(128)
    integer(c_int32_t) :: shards
    real(c_double) :: took_s
  end type

  interface
    function c_open(store, dir, mode, run, err) &
        bind(C, name='ckpt_open')
      import
      type(c_ptr), intent(out) :: store
      type(c_ptr), value :: dir
      integer(c_int), value :: mode, run
      type(c_error), intent(out) :: err
      integer(c_int) :: c_open
    end function
    subroutine c_close(store) bind(C, name='ckpt_close')
      import
      type(c_ptr), value :: store
    end subroutine
    function c_dir(store) bind(C, name='ckpt_dir')
      import
      type(c_ptr), value :: store
      type(c_ptr) :: c_dir
    end function
    function c_run(store) bind(C, name='ckpt_run')
      import
      type(c_ptr), value :: store
      integer(c_int) :: c_run
    end function
    function c_schema(store, name, number, err) &
        bind(C, name='ckpt_schema')
      import
      type(c_ptr), value :: store
      character(c_char), intent(in) :: name(*)
      integer(c_int32_t), value :: number
      type(c_error), intent(out) :: err
      integer(c_int) :: c_schema
    end function
    function c_begin(store, stage, err) bind(C, name='ckpt_begin')
      import
      type(c_ptr), value :: store
      type(c_ptr), intent(out) :: stage
      type(c_error), intent(out) :: err
      integer(c_int) :: c_begin
    end function
    function c_shard_begin(store, stage, mark, index, count, err) &
        bind(C, name='ckpt_shard_begin')
      import
      type(c_ptr), value :: store
      type(c_ptr), intent(out) :: stage
      character(c_char), intent(in) :: mark(*)
      integer(c_int32_t), value :: index, count
      type(c_error), intent(out) :: err
      integer(c_int) :: c_shard_begin
    end function
    function c_stage_dir(stage) bind(C, name='ckpt_stage_dir')
      import
      type(c_ptr), value :: stage
      type(c_ptr) :: c_stage_dir
    end function
    function c_add(stage, path, name, err) bind(C, name='ckpt_add')
      import
      type(c_ptr), value :: stage, name
      character(c_char), intent(in) :: path(*)
      type(c_error), intent(out) :: err
      integer(c_int) :: c_add
    end function
    function c_stage_progress(stage, progress, err) &
        bind(C, name='ckpt_stage_progress')
      import
      type(c_ptr), value :: stage
      real(c_double), value :: progress
      type(c_error), intent(out) :: err
      integer(c_int) :: c_stage_progress
    end function
    function c_note(stage, key, text, err) bind(C, name='ckpt_note')
      import
      type(c_ptr), value :: stage
      character(c_char), intent(in) :: key(*), text(*)
      type(c_error), intent(out) :: err
      integer(c_int) :: c_note
    end function
    function c_commit(stage, version, err) &
        bind(C, name='ckpt_commit')
      import
      type(c_ptr), value :: stage
      integer(c_int32_t), intent(inout) :: version
      type(c_error), intent(out) :: err
      integer(c_int) :: c_commit
    end function
    subroutine c_abort(stage) bind(C, name='ckpt_abort')
      import
      type(c_ptr), value :: stage
    end subroutine
    function c_restore(store, version, dir, err) &
        bind(C, name='ckpt_restore')
      import
      type(c_ptr), value :: store
      type(c_version), intent(out) :: version
      type(c_ptr), intent(out) :: dir
      type(c_error), intent(out) :: err
      integer(c_int) :: c_restore
    end function
    function c_read_note(store, version, key, text, room, err) &
        bind(C, name='ckpt_read_note')
      import
      type(c_ptr), value :: store
      integer(c_int32_t), value :: version
      character(c_char), intent(in) :: key(*)
      character(c_char), intent(out) :: text(*)
      integer(c_size_t), value :: room
      type(c_error), intent(out) :: err
      integer(c_int) :: c_read_note
    end function
    function c_last_save(store, seconds, bytes, err) &
        bind(C, name='ckpt_last_save')
      import
      type(c_ptr), value :: store
      real(c_double), intent(inout) :: seconds
      integer(c_int64_t), intent(inout) :: bytes
      type(c_error), intent(out) :: err
      integer(c_int) :: c_last_save
    end function
    function c_progress(store, progress, err) &
        bind(C, name='ckpt_progress')
      import
      type(c_ptr), value :: store
      real(c_double), value :: progress
      type(c_error), intent(out) :: err
      integer(c_int) :: c_progress
    end function
    function c_done(store, err) bind(C, name='ckpt_done')
      import
      type(c_ptr), value :: store
      type(c_error), intent(out) :: err
      integer(c_int) :: c_done
    end function
    function c_time_left(store, seconds, err) &
        bind(C, name='ckpt_time_left')
      import
      type(c_ptr), value :: store
      integer(c_int64_t), intent(inout) :: seconds
      type(c_error), intent(out) :: err
      integer(c_int) :: c_time_left
    end function
    function c_requested(store, err) bind(C, name='ckpt_requested')
      import
      type(c_ptr), value :: store
      type(c_error), intent(out) :: err
      integer(c_int) :: c_requested
    end function
    function c_notice_install(signum, err) &
        bind(C, name='ckpt_notice_install')
      import
      integer(c_int), value :: signum
      type(c_error), intent(out) :: err
      integer(c_int) :: c_notice_install
    end function
    function c_notice_pending() bind(C, name='ckpt_notice_pending')
      import
      logical(c_bool) :: c_notice_pending
    end function
    subroutine ckpt_notice_clear() bind(C, name='ckpt_notice_clear')
    end subroutine
    function c_length(text) bind(C, name='strlen')
      import
      type(c_ptr), value :: text
      integer(c_size_t) :: c_length
    end function
  end interface

contains

  ! -------------------------------------------------------- texts

  function as_c(text)
    character(*), intent(in) :: text
    character(:), allocatable :: as_c

    as_c = trim(text) // c_null_char
  end function

  ! What as_c() returned; NULL where it is empty.
  function or_null(text)
    character(*), intent(in), target :: text
    type(c_ptr) :: or_null

    or_null = c_null_ptr
    if (len(text) > 1) or_null = c_loc(text)
  end function

  function from_c(text)
    type(c_ptr), intent(in) :: text
    character(:), allocatable :: from_c
    character(c_char), pointer :: letters(:)
    integer :: i

    call c_f_pointer(text, letters, [c_length(text)])
    allocate(character(size(letters)) :: from_c)
    do i = 1, size(letters)
      from_c(i:i) = letters(i)
    end do
  end function

  subroutine tell(status, err, message)
    integer(c_int), intent(in) :: status
    type(c_error), intent(in) :: err
    character(*), intent(out), optional :: message
    integer :: i

    if (.not. present(message)) return
    message = ''
    if (status == CKPT_OK) return
    do i = 1, min(len(message), size(err%text))
      if (err%text(i) == c_null_char) exit
      message(i:i) = err%text(i)
    end do
  end subroutine

  ! ------------------------------------------------------ opening

  ! dir: '' stands for the store of the job.
  function ckpt_open(store, dir, mode, run, message) result(status)
    type(ckpt_store), intent(out) :: store
    character(*), intent(in) :: dir
    integer, intent(in) :: mode
    integer, intent(in), optional :: run
    character(*), intent(out), optional :: message
    character(:), allocatable, target :: path
    integer(c_int) :: status, for_run
    type(c_error) :: err

    for_run = CKPT_RUN_PRESENT
    if (present(run)) for_run = run
    path = as_c(dir)
    status = c_open(store%handle, or_null(path), &
      int(mode, c_int), for_run, err)
    call tell(status, err, message)
  end function

  subroutine ckpt_close(store)
    type(ckpt_store), intent(inout) :: store

    call c_close(store%handle)
    store%handle = c_null_ptr
  end subroutine

  function ckpt_dir(store) result(dir)
    type(ckpt_store), intent(in) :: store
    character(:), allocatable :: dir

    dir = from_c(c_dir(store%handle))
  end function

  function ckpt_run(store) result(run)
    type(ckpt_store), intent(in) :: store
    integer :: run

    run = c_run(store%handle)
  end function

  function ckpt_schema(store, name, number, message) result(status)
    type(ckpt_store), intent(in) :: store
    character(*), intent(in) :: name
    integer, intent(in) :: number
    character(*), intent(out), optional :: message
    integer(c_int) :: status
    type(c_error) :: err

    status = c_schema(store%handle, as_c(name), &
      int(number, c_int32_t), err)
    call tell(status, err, message)
  end function

  ! ------------------------------------------------------- saving

  function ckpt_begin(store, stage, message) result(status)
    type(ckpt_store), intent(in) :: store
    type(ckpt_stage), intent(out) :: stage
    character(*), intent(out), optional :: message
    integer(c_int) :: status
    type(c_error) :: err

    status = c_begin(store%handle, stage%handle, err)
    call tell(status, err, message)
  end function

  function ckpt_shard_begin(store, stage, mark, index, count, message) &
      result(status)
    type(ckpt_store), intent(in) :: store
    type(ckpt_stage), intent(out) :: stage
    character(*), intent(in) :: mark
    integer, intent(in) :: index, count
    character(*), intent(out), optional :: message
    integer(c_int) :: status
    type(c_error) :: err

    status = c_shard_begin(store%handle, stage%handle, as_c(mark), &
      int(index, c_int32_t), int(count, c_int32_t), err)
    call tell(status, err, message)
  end function

  function ckpt_stage_dir(stage) result(dir)
    type(ckpt_stage), intent(in) :: stage
    character(:), allocatable :: dir

    dir = from_c(c_stage_dir(stage%handle))
  end function

  ! name: '' stands for the last component of path.
  function ckpt_add(stage, path, name, message) result(status)
    type(ckpt_stage), intent(in) :: stage
    character(*), intent(in) :: path, name
    character(*), intent(out), optional :: message
    character(:), allocatable, target :: in_version
    integer(c_int) :: status
    type(c_error) :: err

    in_version = as_c(name)
    status = c_add(stage%handle, as_c(path), or_null(in_version), &
      err)
    call tell(status, err, message)
  end function

  function ckpt_stage_progress(stage, progress, message) result(status)
    type(ckpt_stage), intent(in) :: stage
    real(c_double), intent(in) :: progress
    character(*), intent(out), optional :: message
    integer(c_int) :: status
    type(c_error) :: err

    status = c_stage_progress(stage%handle, progress, err)
    call tell(status, err, message)
  end function

  function ckpt_note(stage, key, text, message) result(status)
    type(ckpt_stage), intent(in) :: stage
    character(*), intent(in) :: key, text
    character(*), intent(out), optional :: message
    integer(c_int) :: status
    type(c_error) :: err

    status = c_note(stage%handle, as_c(key), as_c(text), err)
    call tell(status, err, message)
  end function

  ! The stage is gone, whatever is returned.
  function ckpt_commit(stage, version, message) result(status)
    type(ckpt_stage), intent(inout) :: stage
    integer, intent(out), optional :: version
    character(*), intent(out), optional :: message
    integer(c_int32_t) :: number
    integer(c_int) :: status
    type(c_error) :: err

    number = 0
    status = c_commit(stage%handle, number, err)
    stage%handle = c_null_ptr
    if (present(version)) version = number
    call tell(status, err, message)
  end function

  subroutine ckpt_abort(stage)
    type(ckpt_stage), intent(inout) :: stage

    call c_abort(stage%handle)
    stage%handle = c_null_ptr
  end subroutine

  ! ---------------------------------------------------- restoring

  function ckpt_restore(store, version, dir, message) result(status)
    type(ckpt_store), intent(in) :: store
    type(ckpt_version), intent(out) :: version
    character(:), allocatable, intent(out) :: dir
    character(*), intent(out), optional :: message
    type(c_version) :: got
    type(c_ptr) :: path
    integer(c_int) :: status
    type(c_error) :: err

    status = c_restore(store%handle, got, path, err)
    call tell(status, err, message)
    if (status /= CKPT_OK) return
    dir = from_c(path)
    version = ckpt_version(got%number, got%run, got%files, &
      got%shards, got%time_s, got%bytes, got%progress)
  end function

  function ckpt_read_note(store, version, key, text, message) &
      result(status)
    type(ckpt_store), intent(in) :: store
    integer, intent(in) :: version
    character(*), intent(in) :: key
    character(:), allocatable, intent(out) :: text
    character(*), intent(out), optional :: message
    character(c_char), target :: value(1024)
    integer(c_int) :: status
    type(c_error) :: err

    status = c_read_note(store%handle, int(version, c_int32_t), &
      as_c(key), value, size(value, kind=c_size_t), err)
    call tell(status, err, message)
    if (status == CKPT_OK) text = from_c(c_loc(value))
  end function

  function ckpt_last_save(store, seconds, bytes, message) result(status)
    type(ckpt_store), intent(in) :: store
    real(c_double), intent(inout) :: seconds
    integer(c_int64_t), intent(inout) :: bytes
    character(*), intent(out), optional :: message
    integer(c_int) :: status
    type(c_error) :: err

    status = c_last_save(store%handle, seconds, bytes, err)
    call tell(status, err, message)
  end function

  ! --------------------------------------------- while it runs

  function ckpt_progress(store, progress, message) result(status)
    type(ckpt_store), intent(in) :: store
    real(c_double), intent(in) :: progress
    character(*), intent(out), optional :: message
    integer(c_int) :: status
    type(c_error) :: err

    status = c_progress(store%handle, progress, err)
    call tell(status, err, message)
  end function

  function ckpt_done(store, message) result(status)
    type(ckpt_store), intent(in) :: store
    character(*), intent(out), optional :: message
    integer(c_int) :: status
    type(c_error) :: err

    status = c_done(store%handle, err)
    call tell(status, err, message)
  end function

  function ckpt_time_left(store, seconds, message) result(status)
    type(ckpt_store), intent(in) :: store
    integer(c_int64_t), intent(inout) :: seconds
    character(*), intent(out), optional :: message
    integer(c_int) :: status
    type(c_error) :: err

    status = c_time_left(store%handle, seconds, err)
    call tell(status, err, message)
  end function

  ! CKPT_OK: yes, CKPT_NONE: no.
  function ckpt_requested(store, message) result(status)
    type(ckpt_store), intent(in) :: store
    character(*), intent(out), optional :: message
    integer(c_int) :: status
    type(c_error) :: err

    status = c_requested(store%handle, err)
    call tell(status, err, message)
  end function

  function ckpt_notice_install(signum, message) result(status)
    integer(c_int), intent(in) :: signum
    character(*), intent(out), optional :: message
    integer(c_int) :: status
    type(c_error) :: err

    status = c_notice_install(signum, err)
    call tell(status, err, message)
  end function

  function ckpt_notice_pending() result(is_pending)
    logical :: is_pending

    is_pending = c_notice_pending()
  end function
end module
