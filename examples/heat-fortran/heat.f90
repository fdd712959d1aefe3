! The heat equation on a plate in Fortran, as a job that survives its time
! limit, and as a program that goes on where it was on any other machine.  It
! does the same as ../heat in C, with the same library.
!
! usage: heat INPUT OUTPUT
program heat
  use, intrinsic :: iso_fortran_env, only: int64, real64, output_unit, &
    error_unit, iostat_end
  use ckptstate
  implicit none

  integer, parameter :: tell_every = 250 ! steps
  ! Says "saved, run me again": the default of sbatch's --checkpoint-exit.
  integer, parameter :: exit_again = 85

  integer :: nx = 0, ny = 0
  integer(int64) :: step = 0, steps = 0
  real(real64) :: spacing = 1, alpha = 0, dt = 0, ratio
  real(real64), allocatable :: now(:, :), after(:, :)
  logical, allocatable :: is_fixed(:, :)
  type(ckpt_store) :: store
  character(512) :: message, input, output

  call get_command_argument(1, input)
  call get_command_argument(2, output)
  ! This comes first: a signal that comes before this line kills.
  if (ckpt_notice_install(CKPT_SIGTERM, message) /= CKPT_OK) call fail(message)
  call load_plate(trim(input))
  if (ckpt_open(store, 'checkpoint', CKPT_CREATE, message=message) /= CKPT_OK) &
    call fail(message)
  ! The number grows when a later heat changes the format.
  if (ckpt_schema(store, 'heat-fortran', 1, message) /= CKPT_OK) &
    call fail(message)
  call resume()
  do while (step < steps)
    call advance()
    if (mod(step, int(tell_every, int64)) == 0) call tell()
    if (step == steps) exit
    if (.not. ckpt_notice_pending()) cycle
    call save_state()
    call ckpt_close(store)
    stop exit_again
  end do
  call write_field(trim(output))
  print '(a, i0, a)', 'finished: ', step, ' steps'
  if (ckpt_done(store, message) /= CKPT_OK) call fail(message)
  call ckpt_close(store)

contains

  subroutine fail(why)
    character(*), intent(in) :: why

    write (error_unit, '(2a)') 'heat: ', trim(why)
    error stop
  end subroutine

  ! Go on from the newest state that is whole, if there is one.
  subroutine resume()
    type(ckpt_version) :: version
    character(:), allocatable :: dir
    integer :: unit

    select case (ckpt_restore(store, version, dir, message))
    case (CKPT_NONE)
      return
    case (CKPT_OK)
      continue
    case default
      call fail(message)
    end select
    open (newunit=unit, file=dir // '/plate', access='stream', &
      form='unformatted', status='old', action='read')
    read (unit) step, now
    close (unit)
    print '(a, i0, a, i0)', 'resumed from version ', version%number, &
      ' at step ', step
  end subroutine

  ! Commit the state as the next version: it is there whole, or not at all.
  subroutine save_state()
    type(ckpt_stage) :: stage
    integer :: unit, number

    if (ckpt_begin(store, stage, message) /= CKPT_OK) call fail(message)
    open (newunit=unit, file=ckpt_stage_dir(stage) // '/plate', &
      access='stream', form='unformatted', status='new', action='write')
    write (unit) step, now
    close (unit)
    if (ckpt_stage_progress(stage, part_done(), message) /= CKPT_OK) &
      call fail(message)
    if (ckpt_commit(stage, number, message) /= CKPT_OK) call fail(message)
    print '(a, i0, a, i0)', 'saved version ', number, ' at step ', step
  end subroutine

  function part_done()
    real(real64) :: part_done

    part_done = real(step, real64) / real(steps, real64)
  end function

  subroutine tell()
    print '(a, i0, a, i0)', 'step ', step, ' of ', steps
    flush (output_unit)
    if (ckpt_progress(store, part_done(), message) /= CKPT_OK) &
      call fail(message)
  end subroutine

  ! One explicit step, in a fixed order of operations.
  subroutine advance()
    real(real64) :: flow
    integer :: i, j

    do j = 2, ny - 1
      do i = 2, nx - 1
        flow = (now(i - 1, j) + now(i + 1, j)) + &
          (now(i, j - 1) + now(i, j + 1)) - 4 * now(i, j)
        after(i, j) = merge(now(i, j), now(i, j) + ratio * flow, &
          is_fixed(i, j))
      end do
    end do
    now(2:nx - 1, 2:ny - 1) = after(2:nx - 1, 2:ny - 1)
    step = step + 1
  end subroutine

  ! -------------------------------------------------------- the plate

  ! The description of a plate, see plate.in; row 1 is the north edge.
  subroutine load_plate(path)
    character(*), intent(in) :: path
    character(256) :: line
    character(16) :: word
    integer :: unit, status

    open (newunit=unit, file=path, status='old', action='read')
    do
      read (unit, '(a)', iostat=status) line
      if (status == iostat_end) exit
      if (line == '' .or. line(1:1) == '#') cycle
      read (line, *) word
      call take(word, line(len_trim(word) + 1:))
    end do
    close (unit)
    ratio = alpha * dt / (spacing * spacing)
    if (nx < 3 .or. steps < 1 .or. ratio <= 0 .or. ratio > 0.25_real64) &
      call fail(path // ' needs grid, steps, alpha and a dt that is small enough')
    after = now
  end subroutine

  subroutine take(word, line)
    character(*), intent(in) :: word, line
    character(16) :: side
    real(real64) :: x, y, radius, value
    integer :: i, j

    select case (word)
    case ('grid')
      read (line, *) nx, ny
      allocate (now(nx, ny), is_fixed(nx, ny))
      now = 0
      is_fixed = .false.
    case ('spacing')
      read (line, *) spacing
    case ('alpha')
      read (line, *) alpha
    case ('dt')
      read (line, *) dt
    case ('steps')
      read (line, *) steps
    case ('pace')
      continue ! it is for the example in C
    case ('start')
      read (line, *) value
      where (.not. is_fixed) now = value
    case ('edge')
      read (line, *) side, value
      select case (side)
      case ('north')
        call fix(1, nx, 1, 1, value)
      case ('south')
        call fix(1, nx, ny, ny, value)
      case ('west')
        call fix(1, 1, 1, ny, value)
      case ('east')
        call fix(nx, nx, 1, ny, value)
      end select
    case ('spot')
      read (line, *) x, y, radius, value
      do j = 1, ny
        do i = 1, nx
          if ((i - 1 - x)**2 + (j - 1 - y)**2 <= radius**2) &
            call fix(i, i, j, j, value)
        end do
      end do
    case default
      call fail('the input has an unknown word: ' // word)
    end select
  end subroutine

  subroutine fix(first_x, last_x, first_y, last_y, value)
    integer, intent(in) :: first_x, last_x, first_y, last_y
    real(real64), intent(in) :: value

    now(first_x:last_x, first_y:last_y) = value
    is_fixed(first_x:last_x, first_y:last_y) = .true.
  end subroutine

  ! Text, one line for each row; 17 digits lose nothing.
  subroutine write_field(path)
    character(*), intent(in) :: path
    integer :: unit, j

    open (newunit=unit, file=path, status='replace', action='write')
    do j = 1, ny
      write (unit, '(*(es24.16e3, :, " "))') now(:, j)
    end do
    close (unit)
  end subroutine
end program
