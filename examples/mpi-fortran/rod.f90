! Heat in a rod that is divided among MPI ranks, as a job that survives its time
! limit.  At each step the ranks agree on whether to stop, so that all of them
! stop at the same step.  The first rank gathers the state, writes it into a new
! file, and renames that when it is whole.
!
! usage: rod STEPS OUTPUT
module request
  implicit none
  logical, volatile :: requested = .false.
contains
  subroutine note() bind(c)
    requested = .true.
  end subroutine note
end module request

program rod
  use mpi
  use request
  implicit none
  integer, parameter :: points = 400, sigterm = 15
  character(len=*), parameter :: state = 'rod.state'
  double precision, allocatable :: old(:), new(:)
  double precision :: whole(points)
  integer :: rank, ranks, width, step, steps, error, left, right
  logical :: stopping
  character(len=200) :: word, output

  call signal(sigterm, note) ! before MPI is started, which takes a while
  call get_command_argument(1, word)
  read (word, *) steps
  call get_command_argument(2, output)
  call mpi_init(error)
  call mpi_comm_rank(mpi_comm_world, rank, error)
  call mpi_comm_size(mpi_comm_world, ranks, error)
  if (mod(points, ranks) /= 0) error stop 'rod: 400 points, not divisible'
  width = points / ranks
  left = merge(rank - 1, mpi_proc_null, rank > 0)
  right = merge(rank + 1, mpi_proc_null, rank < ranks - 1)
  allocate (old(0:width + 1), new(0:width + 1))

  if (rank == 0) call begin
  call mpi_bcast(step, 1, mpi_integer, 0, mpi_comm_world, error)
  call mpi_scatter(whole, width, mpi_double_precision, old(1), width, &
                   mpi_double_precision, 0, mpi_comm_world, error)
  do while (step < steps)
    call advance
    step = step + 1
    if (rank == 0 .and. mod(step, 1000) == 0) print *, 'step', step
    ! A rank must not stop alone: the others would wait for it.
    call mpi_allreduce(requested, stopping, 1, mpi_logical, mpi_lor, &
                       mpi_comm_world, error)
    if (stopping) exit
  end do
  call mpi_gather(old(1), width, mpi_double_precision, whole, width, &
                  mpi_double_precision, 0, mpi_comm_world, error)
  if (rank == 0) then
    if (step < steps) then
      call save
    else
      open (10, file=output)
      write (10, '(es24.16)') whole
      close (10)
      print *, 'finished after step', step
    end if
    flush (6)
  end if
  call mpi_barrier(mpi_comm_world, error) ! none leaves before it is saved
  call mpi_finalize(error)

contains

  subroutine begin
    logical :: is_there

    inquire (file=state, exist=is_there)
    if (is_there) then
      open (10, file=state, access='stream', form='unformatted', status='old')
      read (10) step, whole
      close (10)
      print *, 'resumed after step', step
    else
      step = 0
      whole = 0
      whole(1) = 100
    end if
  end subroutine begin

  subroutine save
    open (10, file=state//'.new', access='stream', form='unformatted', &
          status='replace')
    write (10) step, whole
    close (10)
    call rename(state//'.new', state)
    print *, 'saved after step', step
  end subroutine save

  subroutine advance
    call mpi_sendrecv(old(1), 1, mpi_double_precision, left, 0, &
                      old(width + 1), 1, mpi_double_precision, right, 0, &
                      mpi_comm_world, mpi_status_ignore, error)
    call mpi_sendrecv(old(width), 1, mpi_double_precision, right, 1, &
                      old(0), 1, mpi_double_precision, left, 1, &
                      mpi_comm_world, mpi_status_ignore, error)
    new = old
    new(1:width) = old(1:width) + 0.4d0 * &
                   (old(0:width - 1) - 2 * old(1:width) + old(2:width + 1))
    ! The ends of the rod keep their temperature.
    if (rank == 0) new(1) = old(1)
    if (rank == ranks - 1) new(width) = old(width)
    old = new
  end subroutine advance
end program rod
