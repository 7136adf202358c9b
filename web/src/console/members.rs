//! Who works for the partner: members and their roles, invitations, leaving.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::partner::{InvitationView, MemberRole, MemberView, NewInvitation};

use super::{Desk, parts::console_page, places};
use crate::{
    api,
    components::{
        choices::{Words, radios},
        dialog::{confirm, dialog},
        field::{Field, Input},
        form::Form,
        icon::{Icon, icon},
        states::{ghost_few, states},
    },
    format::date,
    language::{lang, say, tr},
    load::{Loader, load},
    names, session,
};

/// The page `/console/{slug}/members`.
pub fn members(desk: Desk) -> AnyView {
    let (for_members, for_invitations) = (desk.clone(), desk.clone());
    let members = load(move || api::members(for_members.api("/members")));
    let manages = desk.role.is_none_or(|role| role == MemberRole::Owner);
    let invitations = load(move || {
        let path = manages.then(|| for_invitations.api("/members/invitations"));
        async move {
            match path {
                Some(path) => api::invitations(path).await.map(|page| page.items),
                None => Ok(Vec::new()),
            }
        }
    });
    let inviting = RwSignal::new(false);
    let step = manages.then(|| {
        view! {
            <button type="button" class="button primary" data-testid="invite" on:click=move |_| inviting.set(true)>
                {icon(Icon::Plus)}
                {tr!(members.invite)}
            </button>
        }
        .into_any()
    });
    let (of_rows, of_dialog, of_invited) = (desk.clone(), desk.clone(), desk);
    let list = states(members, ghost_few, move |page| {
        let rows = page.items.iter().cloned().map(|member| row(member, &of_rows, manages, members)).collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    });
    let waiting = move || {
        let open = invitations.ready().unwrap_or_default();
        let desk = of_invited.clone();
        (!open.is_empty()).then(|| {
            view! {
                <section class="section">
                    <h2>{tr!(members.invited)}</h2>
                    <ul class="rows">
                        {open.into_iter().map(|one| invited(one, &desk, invitations)).collect_view()}
                    </ul>
                </section>
            }
        })
    };
    let content = view! {
        {list}
        {waiting}
        {dialog(inviting, "dialog", || say!(members.invite), move || invite(&of_dialog, inviting, invitations))}
    };
    console_page(tr!(members.title), tr!(members.lead), step, content.into_any())
}

/// The choice of a role, each with what it lets do.
fn roles(form: Form, chosen: RwSignal<MemberRole>) -> AnyView {
    let words: (Words<MemberRole>, Words<MemberRole>) = (names::member_role, names::member_role_help);
    radios(form, "role", tr!(members.role), MemberRole::ALL, words, chosen)
}

fn invite(desk: &Desk, open: RwSignal<bool>, invitations: Loader<Vec<InvitationView>>) -> AnyView {
    let form = Form::new("invite");
    let email = RwSignal::new(String::new());
    let role = RwSignal::new(MemberRole::Editor);
    let path = desk.api("/members/invitations");
    let submit = form.on_submit(
        move || NewInvitation {
            email: email.get_untracked().trim().to_owned(),
            role: role.get_untracked(),
            lang: None,
        },
        move |input| async move { api::invite(path, &input).await },
        move |_: InvitationView| {
            open.set(false);
            invitations.retry();
        },
    );
    view! {
        <form class="form" novalidate on:submit=submit>
            {form.summary()}
            <Field form
                name="email"
                input=Input::Email
                label=tr!(auth.email)
                help=tr!(members.email_help)
                autocomplete="off"
                value=email
            />
            {roles(form, role)}
            {form.button(tr!(members.invite_do))}
        </form>
    }
    .into_any()
}

fn invited(view: InvitationView, desk: &Desk, invitations: Loader<Vec<InvitationView>>) -> AnyView {
    let InvitationView { id, email, role, expires_at, .. } = view;
    let asking = RwSignal::new(false);
    let path = desk.api(&format!("/members/invitations/{id}"));
    let withdraw = move || {
        let path = path.clone();
        async move {
            api::remove(path).await?;
            invitations.retry();
            Ok(())
        }
    };
    view! {
        <li class="row-item tall">
            <span class="badge plain">{icon(Icon::Mail)}</span>
            <div class="row-words">
                <h3>{email}</h3>
                <p>
                    {move || names::member_role(role, lang())}
                    " · "
                    {move || say!(members.until, date = date(expires_at, lang()))}
                </p>
            </div>
            <button type="button" class="button small" on:click=move |_| asking.set(true)>{tr!(members.withdraw)}</button>
            {confirm(
                asking,
                || say!(members.withdraw_title),
                || say!(members.withdraw_help),
                || say!(members.withdraw),
                withdraw,
            )}
        </li>
    }
    .into_any()
}

fn row(member: MemberView, desk: &Desk, manages: bool, members: Loader<shared::Page<MemberView>>) -> AnyView {
    let MemberView { user_id, name, email, role, since, .. } = member;
    let own = session::me().is_some_and(|me| me.id == user_id);
    let initial: String = name.chars().take(1).collect();
    let (changing, removing) = (RwSignal::new(false), RwSignal::new(false));
    let path = desk.api(&format!("/members/{user_id}"));
    let for_role = path.clone();
    let navigate = use_navigate();
    let remove = move || {
        let (path, navigate) = (path.clone(), navigate.clone());
        async move {
            api::remove(path).await?;
            if own {
                places::reload();
                navigate("/console", NavigateOptions::default());
            } else {
                members.retry();
            }
            Ok(())
        }
    };
    let tools = (manages || own).then(|| {
        let leave = move || if own { tr!(members.leave)() } else { tr!(members.remove)() };
        view! {
            <div class="row-tools">
                {manages
                    .then(|| {
                        view! {
                            <button type="button" class="button small" on:click=move |_| changing.set(true)>
                                {tr!(members.change_role)}
                            </button>
                        }
                    })}
                <button type="button" class="button small" on:click=move |_| removing.set(true)>{leave}</button>
            </div>
        }
    });
    let title = move || if own { say!(members.leave_title) } else { say!(members.remove_title) };
    let help = move || if own { say!(members.leave_help) } else { say!(members.remove_help) };
    let yes = move || if own { say!(members.leave) } else { say!(members.remove) };
    view! {
        <li class="row-item tall" data-testid="member">
            <span class="initial" aria-hidden="true">{initial}</span>
            <div class="row-words">
                <h3>
                    {name}
                    {own.then(|| view! { <span class="pill">{tr!(members.you)}</span> })}
                </h3>
                <p>{email}</p>
                <p>
                    {move || names::member_role(role, lang())}
                    " · "
                    {move || say!(account.since, date = date(since, lang()))}
                </p>
            </div>
            {tools}
            {dialog(
                changing,
                "dialog",
                || say!(members.change_role),
                move || change_role(role, for_role.clone(), changing, members, own),
            )}
            {confirm(removing, title, help, yes, remove)}
        </li>
    }
    .into_any()
}

fn change_role(
    role: MemberRole,
    path: String,
    open: RwSignal<bool>,
    members: Loader<shared::Page<MemberView>>,
    own: bool,
) -> AnyView {
    let form = Form::new("role");
    let chosen = RwSignal::new(role);
    let submit = form.on_submit(
        move || shared::partner::ChangeMember { role: chosen.get_untracked() },
        move |input| async move { api::change_member(path, &input).await },
        move |_: MemberView| {
            open.set(false);
            members.retry();
            if own {
                places::reload();
            }
        },
    );
    view! {
        <form class="form" novalidate on:submit=submit>
            {form.summary()}
            {roles(form, chosen)}
            {form.button(tr!(verb.save))}
        </form>
    }
    .into_any()
}
